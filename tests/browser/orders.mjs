// The orders section: what the hub has, read only until the control token is typed in.

import assert from "node:assert/strict";
import { controlToken } from "./programs.mjs";
import { trueBook } from "./sandbox.mjs";
import { eventually } from "./screen.mjs";

async function place(hub, order) {
  const response = await fetch(new URL("/orders", hub.page), {
    method: "POST",
    headers: { Authorization: `Bearer ${controlToken}` },
    body: JSON.stringify(order),
  });
  const body = await response.json();
  assert.equal(response.status, 202, JSON.stringify(body));
  return body.client_order_id;
}

export async function ordersAreShownAndChanged(hub, screen, symbol) {
  const { page } = screen;
  await eventually("the hub has an account", async () => screen.get("orders-open").isVisible());
  await page.keyboard.press("o");
  const account = page.locator('[data-testid="account-row"]').first();
  await eventually("the account is shown", async () => account.isVisible());
  assert.equal(await account.getByTestId("account-kind").innerText(), "sandbox");
  await eventually("it is ready", async () => (await account.getByTestId("account-state").innerText()) === "Active");
  assert.equal(await screen.text("accounts-note"), "read only");
  assert.ok(await account.getByTestId("switch-Halted").isDisabled());

  const best = Number((await trueBook(hub, symbol)).bids[0][0]);
  const id = await place(hub, { symbol, side: "buy", amount: "0.01", price: (best * 0.97).toFixed(2) });
  const row = page.locator(`[data-testid="order-row"][data-order="${id}"]`);
  await eventually("the order rests on screen", async () => (await row.getAttribute("data-state")) === "Open");
  assert.ok(!(await row.getByTestId("order-cancel").isVisible()));
  await row.focus();
  await page.keyboard.press("Enter");
  await eventually("its timeline is told", async () =>
    (await screen.get("order-moment").allInnerTexts()).some((text) => text.includes("Open")),
  );

  await page.locator('input[data-testid="order-token"]').fill("no such token");
  await page.keyboard.press("Enter");
  await eventually("a wrong token is refused", async () => screen.get("orders-problem").isVisible());
  await page.locator('input[data-testid="order-token"]').fill(controlToken);
  await page.keyboard.press("Enter");
  await eventually("the token is taken", async () => (await screen.text("accounts-note")) === "with control");
  await row.getByTestId("order-cancel").click();
  await eventually("cancelled on screen", async () => (await row.getAttribute("data-state")) === "Cancelled");
  await eventually("and in its timeline", async () =>
    (await screen.get("order-moment").allInnerTexts()).some((text) => text.includes("Cancelled")),
  );

  await place(hub, { symbol, side: "buy", amount: "0.01" });
  await eventually("a fill is listed", async () => (await screen.get("fill-row").count()) > 0);
  await eventually("and comes to something", async () =>
    (await account.getByTestId("account-figure").allInnerTexts()).some((text) => text.startsWith("PnL")),
  );
  await account.getByTestId("switch-Halted").click();
  await eventually("halted", async () => (await account.getByTestId("account-state").innerText()) === "Halted");
  assert.equal(await screen.get("orders-open").getAttribute("data-state"), "halted");
  await account.getByTestId("switch-Active").click();
  await eventually("active again", async () => (await account.getByTestId("account-state").innerText()) === "Active");
}
