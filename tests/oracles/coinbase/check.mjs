// ccxt, an independent client, against a running sandbox: only its addresses are changed. Without a key, except that
// ccxt asks for the Exchange's level2 channel, which wants one: the sandbox's own account.
// usage: node check.mjs PORT
import ccxt from 'ccxt';

const port = Number(process.argv[2]);
const origin = `127.0.0.1:${port}`;
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

async function control(method, path) {
  const reply = await fetch(`http://${origin}/sandbox/${path}`, { method });
  if (!reply.ok) throw new Error(`${path}: ${await reply.text()}`);
  return reply.json();
}

function difference(book, truthful) {
  for (const side of ['bids', 'asks']) {
    for (let i = 0; i < truthful[side].length; i += 1) {
      const mine = book[side][i];
      const right = truthful[side][i].map(Number);
      if (!mine || mine[0] !== right[0] || mine[1] !== right[1]) {
        return `${side}[${i}]: ccxt ${JSON.stringify(mine)}, sandbox ${JSON.stringify(right)}`;
      }
    }
    if (book[side].length !== truthful[side].length) return `${side}: ${book[side].length} levels, sandbox ${truthful[side].length}`;
  }
  return '';
}

function exchangeClient() {
  const exchange = new ccxt.pro.coinbaseexchange({
    enableRateLimit: false,
    apiKey: 'trunkline-sandbox',
    secret: 'dHJ1bmtsaW5lLXNhbmRib3gtc2VjcmV0',
    password: 'loopback',
  });
  exchange.has.fetchCurrencies = false;
  exchange.urls.api.public = `http://${origin}`;
  exchange.urls.api.ws = `ws://${origin}/exchange`;
  return exchange;
}

function advancedClient() {
  const exchange = new ccxt.pro.coinbase({ enableRateLimit: false });
  exchange.has.fetchCurrencies = false;
  exchange.urls.api.rest = `http://${origin}`;
  exchange.urls.api.ws = `ws://${origin}/advanced`;
  return exchange;
}

async function run(name, exchange, symbols) {
  await exchange.loadHttpProxyAgent();
  const markets = await deadline('loadMarkets', exchange.loadMarkets());
  for (const symbol of symbols) {
    const known = markets[symbol];
    check(`${name} loadMarkets lists ${symbol}`, known !== undefined && known.active === true);
    check(`${name} ${symbol} has tick and lot`, known?.precision.price > 0 && known?.precision.amount > 0);
  }
  for (const symbol of symbols) {
    const { id } = markets[symbol];
    const first = await deadline('watchOrderBook', exchange.watchOrderBook(symbol));
    const before = JSON.stringify([first.bids.slice(0, 5), first.asks.slice(0, 5)]);
    for (let i = 0; i < 20; i += 1) await deadline('watchOrderBook', exchange.watchOrderBook(symbol));

    const seen = new Map();
    for (let i = 0; i < 5; i += 1) {
      for (const trade of await deadline('watchTrades', exchange.watchTrades(symbol))) seen.set(trade.id, trade);
    }
    const quote = await deadline('watchTicker', exchange.watchTicker(symbol));
    check(`${name} ${symbol} watchTicker: ${quote.bid} under ${quote.ask}`, quote.bid > 0 && quote.bid < quote.ask);

    // The venue tells no number with a book: it stands still while both are compared.
    await control('POST', 'pause');
    await new Promise((resolve) => { setTimeout(resolve, 300); });
    const truth = await control('GET', `book?symbol=${id}`);
    const mine = exchange.orderbooks[symbol];
    const wrong = difference(mine, truth);
    check(`${name} ${symbol} watchOrderBook equals the true book, ${truth.bids.length + truth.asks.length} levels`, wrong === '', wrong);
    check(`${name} ${symbol} watchOrderBook moves`, before !== JSON.stringify([mine.bids.slice(0, 5), mine.asks.slice(0, 5)]));
    const fetched = await deadline('fetchOrderBook', exchange.fetchOrderBook(symbol));
    const off = difference(fetched, truth);
    check(`${name} ${symbol} fetchOrderBook equals the true book`, off === '', off);

    const reply = await (await fetch(`http://${origin}/products/${id}/trades?limit=1000`)).json();
    const told = new Map(reply.map((trade) => [String(trade.trade_id), trade]));
    let equal = seen.size > 0;
    for (const [tradeId, trade] of seen) {
      const right = told.get(tradeId);
      equal &&= right !== undefined && Number(right.price) === trade.price && Number(right.size) === trade.amount;
    }
    check(`${name} ${symbol} watchTrades: ${seen.size} trades as REST has them`, equal);
    await control('POST', 'resume');
  }
  await exchange.close();
}

try {
  await run('exchange', exchangeClient(), ['BTC/USD', 'ETH/USD']);
  await run('advanced', advancedClient(), ['BTC/USD', 'ETH/USD']);
} catch (error) {
  console.log(`FAIL ${error.stack}`);
  failures += 1;
}
console.log(failures === 0 ? 'ccxt and the sandbox agree' : `${failures} failures`);
process.exit(failures === 0 ? 0 : 1);
