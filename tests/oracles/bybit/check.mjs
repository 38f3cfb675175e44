// ccxt, an independent client, against a running Bybit sandbox: only its addresses are changed.
// usage: node check.mjs PORT
import ccxt from 'ccxt';

const port = Number(process.argv[2]);
const origin = `http://127.0.0.1:${port}`;
let failures = 0;

function check(what, holds, detail = '') {
  if (!holds) failures += 1;
  console.log(`${holds ? 'ok  ' : 'FAIL'} ${what}${holds ? '' : ` ${detail}`}`);
}

async function deadline(what, promise, seconds = 20) {
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

async function client() {
  const exchange = new ccxt.pro.bybit({
    enableRateLimit: false,
    options: { defaultType: 'spot', fetchMarkets: { types: ['spot'] } },
  });
  exchange.has.fetchCurrencies = false;
  for (const [key, url] of Object.entries(exchange.urls.api)) {
    if (typeof url === 'string') exchange.urls.api[key] = url.replace(/^https:\/\/[^/]+/, origin);
  }
  exchange.urls.api.ws.public.spot = `ws://127.0.0.1:${port}/v5/public/spot`;
  await exchange.loadHttpProxyAgent();
  return exchange;
}

const truth = async (id) => (await fetch(`${origin}/sandbox/book?symbol=${id}`)).json();

function difference(book, right, depth) {
  for (const side of ['bids', 'asks']) {
    for (let i = 0; i < depth; i += 1) {
      const mine = book[side][i];
      const level = right[side][i]?.map(Number);
      if (!mine || !level || mine[0] !== level[0] || mine[1] !== level[1]) {
        return `${side}[${i}]: ccxt ${JSON.stringify(mine)}, sandbox ${JSON.stringify(right[side][i])}`;
      }
    }
  }
  return '';
}

async function run(symbols) {
  const exchange = await client();
  const markets = await deadline('loadMarkets', exchange.loadMarkets());
  for (const symbol of symbols) {
    const known = markets[symbol];
    check(`loadMarkets lists ${symbol}`, known !== undefined && known.active === true);
    check(`${symbol} has tick and lot`, known?.precision.price > 0 && known?.precision.amount > 0);
    const id = known.id;

    let book;
    for (let i = 0; i < 15; i += 1) book = await deadline('watchOrderBook', exchange.watchOrderBook(symbol, 50));
    await fetch(`${origin}/sandbox/pause`, { method: 'POST' });
    let wrong = 'nothing compared';
    const limit = Date.now() + 10_000;
    while (wrong !== '' && Date.now() < limit) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      wrong = difference(book, await truth(id), 50);
    }
    check(`${symbol} watchOrderBook equals the true book while the venue stands still`, wrong === '', wrong);
    const fetched = await deadline('fetchOrderBook', exchange.fetchOrderBook(symbol, 50));
    wrong = difference(fetched, await truth(id), 50);
    check(`${symbol} fetchOrderBook equals it too`, wrong === '', wrong);
    await fetch(`${origin}/sandbox/resume`, { method: 'POST' });

    // REST tells the last 60 alone: they are compared with what was watched while the venue stands still.
    const first = (await deadline('watchTrades', exchange.watchTrades(symbol)))[0];
    for (let i = 0; i < 4; i += 1) await deadline('watchTrades', exchange.watchTrades(symbol));
    await fetch(`${origin}/sandbox/pause`, { method: 'POST' });
    const told = (await deadline('fetchTrades', exchange.fetchTrades(symbol, undefined, 60))).filter((trade) => trade.timestamp > first.timestamp);
    const watched = () => new Map(exchange.trades[symbol].map((trade) => [trade.id, trade]));
    const end = Date.now() + 10_000;
    while (!told.every((trade) => watched().has(trade.id)) && Date.now() < end) await new Promise((resolve) => { setTimeout(resolve, 50); });
    const seen = watched();
    const equal = told.length > 0 && told.every((trade) => {
      const mine = seen.get(trade.id);
      return mine !== undefined && mine.price === trade.price && mine.amount === trade.amount && mine.side === trade.side;
    });
    check(`${symbol} watchTrades: ${told.length} trades as REST has them`, equal);
    await fetch(`${origin}/sandbox/resume`, { method: 'POST' });
  }
  await exchange.close();
}

try {
  await run(['BTC/USDT', 'ETH/USDT']);
} catch (error) {
  console.log(`FAIL ${error.stack}`);
  failures += 1;
}
console.log(failures === 0 ? 'ccxt and the sandbox agree' : `${failures} failures`);
process.exit(failures === 0 ? 0 : 1);
