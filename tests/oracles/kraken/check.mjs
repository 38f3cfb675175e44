// ccxt, an independent client, against a running Kraken sandbox: only its addresses are changed. Its own checksum option
// is off: it crashes. usage: node check.mjs PORT
import ccxt from 'ccxt';

const port = Number(process.argv[2]);
const base = `http://127.0.0.1:${port}`;
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
  const exchange = new ccxt.pro.kraken({ enableRateLimit: false, options: { watchOrderBook: { checksum: false } } });
  for (const key of ['public', 'private', 'zendesk']) {
    if (exchange.urls.api[key]) exchange.urls.api[key] = base;
  }
  for (const key of Object.keys(exchange.urls.api.ws)) exchange.urls.api.ws[key] = `ws://127.0.0.1:${port}/v2`;
  await exchange.loadHttpProxyAgent();
  return exchange;
}

async function control(what, method = 'POST') {
  const reply = await fetch(`${base}/sandbox/${what}`, { method });
  if (!reply.ok) throw new Error(`${what}: ${await reply.text()}`);
  return reply.json();
}

function difference(book, truthful, depth) {
  for (const side of ['bids', 'asks']) {
    for (let i = 0; i < depth; i += 1) {
      const mine = book[side][i];
      const right = truthful[side][i]?.map(Number);
      if (!right && !mine) continue;
      if (!mine || !right || mine[0] !== right[0] || mine[1] !== right[1]) {
        return `${side}[${i}]: ccxt ${JSON.stringify(mine)}, sandbox ${JSON.stringify(right)}`;
      }
    }
  }
  return '';
}

const copy = (book) => ({ bids: book.bids.map((l) => [l[0], l[1]]), asks: book.asks.map((l) => [l[0], l[1]]) });
const pause = (ms) => new Promise((done) => setTimeout(done, ms));

// Kraken's messages have no number: the market stands still while two books are compared.
async function standingStill(what, get, symbol, depth) {
  await control('pause');
  try {
    await pause(300);
    const book = await get();
    const truthful = await control(`book?symbol=${encodeURIComponent(symbol)}&depth=${depth}`, 'GET');
    const wrong = difference(book, truthful, depth);
    check(`${symbol} ${what} equals the true book`, wrong === '', wrong);
  } finally {
    await control('resume');
  }
}

async function run(symbols) {
  const exchange = await client();
  const markets = await deadline('loadMarkets', exchange.loadMarkets());
  for (const symbol of symbols) {
    const known = markets[symbol];
    check(`loadMarkets lists ${symbol}`, known !== undefined && known.active === true);
    check(`${symbol} has tick and lot`, known?.precision.price > 0 && known?.precision.amount > 0);
  }
  for (const symbol of symbols) {
    await standingStill('fetchOrderBook', async () => copy(await deadline('fetchOrderBook', exchange.fetchOrderBook(symbol, 100))), symbol, 100);

    // The client keeps this book up to date from here on, whether or not anybody waits for it.
    let book;
    for (const round of [1, 2, 3]) {
      for (let i = 0; i < 20; i += 1) book = await deadline('watchOrderBook', exchange.watchOrderBook(symbol, 10));
      await standingStill(`watchOrderBook (${round})`, async () => copy(book), symbol, 10);
    }

    const seen = new Map();
    for (let i = 0; i < 5; i += 1) {
      for (const trade of await deadline('watchTrades', exchange.watchTrades(symbol))) seen.set(trade.id, trade);
    }
    const told = new Map((await deadline('fetchTrades', exchange.fetchTrades(symbol))).map((trade) => [trade.id, trade]));
    let equal = seen.size > 0;
    for (const [id, trade] of seen) {
      const right = told.get(id);
      equal &&= right !== undefined && right.price === trade.price && right.amount === trade.amount && right.side === trade.side;
    }
    check(`${symbol} watchTrades: ${seen.size} trades as REST has them`, equal);

    const ticker = await deadline('watchTicker', exchange.watchTicker(symbol));
    check(`${symbol} watchTicker has a best bid and ask`, ticker.bid > 0 && ticker.ask > ticker.bid);
    const bars = await deadline('fetchOHLCV', exchange.fetchOHLCV(symbol, '1m'));
    check(`${symbol} fetchOHLCV has bars of a minute`, bars.length > 100 && bars[1][0] - bars[0][0] === 60_000);
  }
  await exchange.close();
}

try {
  await run(['BTC/USD', 'ETH/USD', 'DOGE/USD']);
} catch (error) {
  console.log(`FAIL ${error.stack}`);
  failures += 1;
}
console.log(failures === 0 ? 'ccxt and the Kraken sandbox agree' : `${failures} failures`);
process.exit(failures === 0 ? 0 : 1);
