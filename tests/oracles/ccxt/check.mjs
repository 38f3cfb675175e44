// ccxt, an independent client, against a running sandbox: only its addresses are changed.
// usage: node check.mjs SPOT_PORT USDM_PORT
import { check, client, deadline, failed, failures } from './client.mjs';

const [spotPort, usdmPort] = process.argv.slice(2).map(Number);

async function truth(market, port, id, updateId) {
  const reply = await fetch(`http://127.0.0.1:${port}/sandbox/book?market=${market}&symbol=${id}&update_id=${updateId}`);
  if (!reply.ok) throw new Error(`no book at ${updateId}: ${await reply.text()}`);
  return reply.json();
}

function difference(book, truthful, depth) {
  for (const side of ['bids', 'asks']) {
    for (let i = 0; i < depth; i += 1) {
      const mine = book[side][i];
      const right = truthful[side][i]?.map(Number);
      if (!mine || !right || mine[0] !== right[0] || mine[1] !== right[1]) {
        return `${side}[${i}]: ccxt ${JSON.stringify(mine)}, sandbox ${JSON.stringify(right)}`;
      }
    }
  }
  return '';
}

const copy = (book) => ({ nonce: book.nonce, bids: book.bids.map((l) => [l[0], l[1]]), asks: book.asks.map((l) => [l[0], l[1]]) });

async function run(market, port, symbols, rest) {
  const exchange = await client(market === 'spot' ? 'spot' : 'swap', port);
  const markets = await deadline('loadMarkets', exchange.loadMarkets());
  for (const symbol of symbols) {
    const known = markets[symbol];
    check(`${market} loadMarkets lists ${symbol}`, known !== undefined && known.active === true);
    check(`${market} ${symbol} has tick and lot`, known?.precision.price > 0 && known?.precision.amount > 0);
  }
  for (const symbol of symbols) {
    const id = markets[symbol].id;
    const fetched = copy(await deadline('fetchOrderBook', exchange.fetchOrderBook(symbol, 500)));
    const wrong = difference(fetched, await truth(market, port, id, fetched.nonce), 500);
    check(`${market} ${symbol} fetchOrderBook equals the true book at its id`, wrong === '', wrong);

    let first;
    let last;
    for (let i = 0; i < 15; i += 1) {
      const book = copy(await deadline('watchOrderBook', exchange.watchOrderBook(symbol, 1000)));
      first ??= book.nonce;
      last = book.nonce;
      if (i % 5 !== 4) continue;
      const off = difference(book, await truth(market, port, id, book.nonce), 400);
      check(`${market} ${symbol} watchOrderBook equals the true book at ${book.nonce}`, off === '', off);
    }
    check(`${market} ${symbol} watchOrderBook moves`, last > first);

    const seen = new Map();
    for (let i = 0; i < 5; i += 1) {
      for (const trade of await deadline('watchTrades', exchange.watchTrades(symbol))) seen.set(trade.id, trade);
    }
    const reply = await (await fetch(`http://127.0.0.1:${port}${rest}/trades?symbol=${id}&limit=1000`)).json();
    const told = new Map(reply.map((trade) => [String(trade.id), trade]));
    let equal = seen.size > 0;
    for (const [tradeId, trade] of seen) {
      const right = told.get(tradeId);
      const side = right?.isBuyerMaker ? 'sell' : 'buy';
      equal &&= right !== undefined && Number(right.price) === trade.price && Number(right.qty) === trade.amount && side === trade.side;
    }
    check(`${market} ${symbol} watchTrades: ${seen.size} trades as REST has them`, equal);
  }
  await exchange.close();
}

try {
  await run('spot', spotPort, ['BTC/USDT', 'ETH/USDT'], '/api/v3');
  await run('usdm', usdmPort, ['BTC/USDT:USDT', 'ETH/USDT:USDT'], '/fapi/v1');
} catch (error) {
  failed(error);
}
console.log(failures === 0 ? 'ccxt and the sandbox agree' : `${failures} failures`);
process.exit(failures === 0 ? 0 : 1);
