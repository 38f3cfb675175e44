// ccxt with nothing but its addresses and keys changed, and the checks that count.
import ccxt from 'ccxt';

export let failures = 0;

export function check(what, holds, detail = '') {
  if (!holds) failures += 1;
  console.log(`${holds ? 'ok  ' : 'FAIL'} ${what}${holds ? '' : ` ${detail}`}`);
}

export function failed(error) {
  console.log(`FAIL ${error.stack}`);
  failures += 1;
}

export async function deadline(what, promise, seconds = 20) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: nothing in ${seconds} s`)), seconds * 1000);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

export async function client(type, port, keys = {}) {
  const spot = type === 'spot';
  const exchange = new ccxt.pro.binance({
    enableRateLimit: false,
    ...keys,
    options: { defaultType: spot ? 'spot' : 'swap', fetchMarkets: { types: [spot ? 'spot' : 'linear'] }, fetchMargins: false },
  });
  exchange.has.fetchCurrencies = false;
  for (const [key, url] of Object.entries(exchange.urls.api)) {
    if (typeof url === 'string') exchange.urls.api[key] = url.replace(/^https:\/\/[^/]+/, `http://127.0.0.1:${port}`);
  }
  // "/stream" in the address is how ccxt tells spot from futures.
  exchange.urls.api.ws.spot = `ws://127.0.0.1:${port}/stream`;
  exchange.urls.api.ws.future = `ws://127.0.0.1:${port}/ws`;
  exchange.urls.api.ws['ws-api'] = { spot: `ws://127.0.0.1:${port}/ws-api/v3`, future: `ws://127.0.0.1:${port}/ws-fapi/v1` };
  await exchange.loadHttpProxyAgent();
  return exchange;
}
