// Dark or light: what the system prefers, unless the user has said otherwise.

export type Theme = "dark" | "light";

const key = "trunkline-theme";
const preference = matchMedia("(prefers-color-scheme: light)");
const listeners: (() => void)[] = [];

function stored(): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

export function theme(): Theme {
  const chosen = stored();
  if (chosen === "dark" || chosen === "light") return chosen;
  return preference.matches ? "light" : "dark";
}

function apply(): void {
  document.documentElement.dataset.theme = theme();
  for (const listener of listeners) listener();
}

export function toggleTheme(): void {
  const next: Theme = theme() === "dark" ? "light" : "dark";
  try {
    // Back to the system's own choice forgets ours, so that it follows the system again.
    if ((next === "light") === preference.matches) localStorage.removeItem(key);
    else localStorage.setItem(key, next);
  } catch {
    // Without storage the choice could not outlive the page, so there is none to make.
  }
  apply();
}

export function onTheme(listener: () => void): void {
  listeners.push(listener);
}

export function startTheme(): void {
  preference.addEventListener("change", apply);
  apply();
}

export function color(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}
