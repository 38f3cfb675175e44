// ccxt trades on a running sandbox: places, watches, amends, cancels, asks; then the books of record must say what it
// says. Only addresses and keys are changed.
// usage: node trade.mjs SPOT_PORT USDM_PORT
import { check, client, deadline, failed, failures } from './client.mjs';

const [spotPort, usdmPort] = process.argv.slice(2).map(Number);
const keys = { apiKey: 'sandbox-key', secret: 'sandbox-secret' };

const control = (port, path, body) =>
  fetch(`http://127.0.0.1:${port}/sandbox${path}`, body ? { method: 'POST', body: JSON.stringify(body) } : {}).then((reply) => reply.json());
const books = (port) => control(port, `/account?key=${keys.apiKey}`);
const fill = (port, id, quantity) => control(port, '/account/fill', { key: keys.apiKey, order_id: Number(id), quantity });
const near = (a, b) => Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(a), Math.abs(b));

async function refused(what, reason, act) {
  try {
    await deadline(what, act());
    check(`${what} is refused`, false, 'it was taken');
  } catch (error) {
    check(`${what} is refused: ${reason}`, error.message.includes(reason), `${error.constructor.name}: ${error.message}`);
  }
}

// Every update that ccxt is told of, by order id, newest last.
function watcher(exchange, symbol, port) {
  const seen = new Map();
  let going = true;
  const loop = (async () => {
    while (going) {
      try {
        for (const order of await exchange.watchOrders(symbol)) seen.set(order.id, { ...order });
      } catch (error) {
        if (going) failed(error);
        return;
      }
    }
  })();
  return {
    seen,
    async subscribed() {
      for (let i = 0; i < 400 && (await control(port, '/status')).user_streams === 0; i += 1) await new Promise((r) => setTimeout(r, 25));
    },
    async until(id, status) {
      for (let i = 0; i < 200 && seen.get(id)?.status !== status; i += 1) await new Promise((r) => setTimeout(r, 25));
      return seen.get(id);
    },
    stop() {
      going = false;
      return loop;
    },
  };
}

async function sameAsBooks(market, port, exchange, symbol) {
  const record = await books(port);
  const id = exchange.market(symbol).id;
  const mine = new Map((await deadline('fetchOrders', exchange.fetchOrders(symbol))).map((o) => [o.id, o]));
  const recorded = record.orders.filter((o) => o.market === market && o.symbol === id && o.type !== 'STOP_MARKET');
  const state = { new: 'open', partially_filled: 'open', filled: 'closed', cancelled: 'canceled', expired: 'expired' };
  let equal = mine.size === recorded.length;
  let why = `${mine.size} orders, books have ${recorded.length}`;
  for (const one of recorded) {
    const other = mine.get(String(one.order_id));
    const same = other && other.clientOrderId === one.client_id && other.status === state[one.state] &&
      near(other.filled, Number(one.cumulative_quantity)) && near(other.amount, Number(one.quantity));
    if (!same) {
      equal = false;
      why = `${JSON.stringify(one)} against ${JSON.stringify(other)}`;
    }
  }
  check(`${market} ${recorded.length} orders as the books of record have them`, equal, why);

  const trades = await deadline('fetchMyTrades', exchange.fetchMyTrades(symbol));
  const fills = recorded.flatMap((o) => o.fills.map((f) => ({ ...f, order: String(o.order_id), side: o.side })));
  const told = new Map(trades.map((t) => [`${t.id}/${t.order}`, t]));
  const wrong = fills.find((f) => {
    const t = told.get(`${f.trade_id}/${f.order}`);
    return !t || !near(t.price, Number(f.price)) || !near(t.amount, Number(f.quantity)) || t.side !== f.side ||
      !near(t.fee.cost, Number(f.fee)) || t.fee.currency !== f.fee_asset || t.takerOrMaker !== (f.maker ? 'maker' : 'taker');
  });
  check(`${market} ${fills.length} fills with their fees as the books have them`, fills.length > 0 && trades.length === fills.length && !wrong, JSON.stringify(wrong));
  return record;
}

async function spot() {
  const exchange = await client('spot', spotPort, keys);
  await deadline('loadMarkets', exchange.loadMarkets());
  const symbol = 'BTC/USDT';
  const watched = watcher(exchange, symbol, spotPort);
  await watched.subscribed();
  const { bids: [[bid]] } = await exchange.fetchOrderBook(symbol, 5);
  const low = Number(exchange.priceToPrecision(symbol, bid * 0.997));

  const before = await deadline('fetchBalance', exchange.fetchBalance());
  const order = await deadline('createOrder', exchange.createOrder(symbol, 'limit', 'buy', 0.01, low, { clientOrderId: 'ccxt-first' }));
  check('spot createOrder rests', order.status === 'open' && order.clientOrderId === 'ccxt-first', JSON.stringify(order));
  check('spot watchOrders tells it', (await watched.until(order.id, 'open'))?.clientOrderId === 'ccxt-first');
  const locked = await exchange.fetchBalance();
  check('spot fetchBalance shows what it locks', near(locked.USDT.used, low * 0.01), locked.USDT.used);
  check('spot fetchOpenOrders lists it', (await exchange.fetchOpenOrders(symbol)).some((o) => o.id === order.id));

  const edited = await deadline('editOrder', exchange.editOrder(order.id, symbol, 'limit', 'buy', 0.02, low));
  check('spot editOrder replaces it', edited.id !== order.id && edited.amount === 0.02, JSON.stringify(edited));
  check('spot watchOrders tells the old one gone', (await watched.until(order.id, 'canceled')) !== undefined);
  await fill(spotPort, edited.id, '0.005');
  for (let i = 0; i < 200 && watched.seen.get(edited.id)?.filled !== 0.005; i += 1) await new Promise((r) => setTimeout(r, 25));
  check('spot watchOrders tells a part filled', watched.seen.get(edited.id)?.filled === 0.005, JSON.stringify(watched.seen.get(edited.id)));
  const cancelled = await deadline('cancelOrder', exchange.cancelOrder(edited.id, symbol));
  check('spot cancelOrder', cancelled.status === 'canceled' && cancelled.filled === 0.005, JSON.stringify(cancelled));
  check('spot watchOrders tells it cancelled', (await watched.until(edited.id, 'canceled')) !== undefined);

  const bought = await deadline('market order', exchange.createOrder(symbol, 'market', 'buy', 0.03));
  check('spot market order fills', bought.status === 'closed' && bought.filled === 0.03, JSON.stringify(bought));
  const sold = await deadline('market order', exchange.createOrder(symbol, 'market', 'sell', 0.01));
  check('spot market order sells', sold.status === 'closed', JSON.stringify(sold));
  const over = await deadline('createOrderWs', exchange.createOrderWs(symbol, 'limit', 'buy', 0.01, low, { clientOrderId: 'ccxt-ws' }));
  check('spot createOrderWs', over.status === 'open', JSON.stringify(over));
  const gone = await deadline('cancelOrderWs', exchange.cancelOrderWs(over.id, symbol));
  check('spot cancelOrderWs', gone.status === 'canceled', JSON.stringify(gone));

  await refused('spot too much', 'insufficient balance', () => exchange.createOrder(symbol, 'limit', 'buy', 100, low));
  await refused('spot an unknown order', 'Unknown order sent', () => exchange.cancelOrder('1', symbol));
  await refused('spot a taker as maker', 'immediately match and take', () => exchange.createOrder(symbol, 'limit', 'buy', 0.01, bid * 1.02, { postOnly: true }));
  await refused('spot too small', 'Filter failure: NOTIONAL', () => exchange.createOrder(symbol, 'limit', 'buy', 0.00001, low));

  const record = await sameAsBooks('spot', spotPort, exchange, symbol);
  const after = await exchange.fetchBalance();
  for (const asset of ['BTC', 'USDT']) {
    const mine = record.balances.spot[asset];
    check(`spot ${asset} balance as the books have it`, near(after[asset].free, Number(mine.free)) && near(after[asset].used, Number(mine.locked)), JSON.stringify(after[asset]));
  }
  check('spot balances moved', after.BTC.total !== before.BTC.total);
  watched.stop();
  await exchange.close();
}

async function usdm() {
  const exchange = await client('swap', usdmPort, keys);
  await deadline('loadMarkets', exchange.loadMarkets());
  const symbol = 'BTC/USDT:USDT';
  const watched = watcher(exchange, symbol, usdmPort);
  await watched.subscribed();
  const { bids: [[bid]] } = await exchange.fetchOrderBook(symbol, 5);
  const low = Number(exchange.priceToPrecision(symbol, bid * 0.997));

  check('usdm setLeverage', Number((await deadline('setLeverage', exchange.setLeverage(10, symbol))).leverage) === 10);
  const order = await deadline('createOrder', exchange.createOrder(symbol, 'limit', 'buy', 0.01, low, { clientOrderId: 'ccxt-usdm' }));
  check('usdm createOrder rests', order.status === 'open', JSON.stringify(order));
  check('usdm watchOrders tells it', (await watched.until(order.id, 'open'))?.clientOrderId === 'ccxt-usdm');
  const edited = await deadline('editOrder', exchange.editOrder(order.id, symbol, 'limit', 'buy', 0.02, Number(exchange.priceToPrecision(symbol, low * 1.001))));
  check('usdm editOrder keeps its id', edited.id === order.id && edited.amount === 0.02, JSON.stringify(edited));
  await fill(usdmPort, order.id, '0.02');
  const filled = await watched.until(order.id, 'closed');
  check('usdm watchOrders tells it filled', filled?.filled === 0.02, JSON.stringify(filled));
  const sold = await deadline('market order', exchange.createOrder(symbol, 'market', 'sell', 0.005, undefined, { reduceOnly: true }));
  check('usdm market order', sold.id !== undefined, JSON.stringify(sold));
  await watched.until(sold.id, 'closed');

  const positions = await deadline('fetchPositions', exchange.fetchPositions([symbol]));
  check('usdm fetchPositions', positions.length === 1 && positions[0].contracts === 0.015 && positions[0].side === 'long', JSON.stringify(positions));
  const stop = await deadline('stop order', exchange.createOrder(symbol, 'STOP_MARKET', 'sell', 0.01, undefined, { triggerPrice: low, reduceOnly: true }));
  check('usdm stop order goes to the algo service', stop.id !== undefined && stop.info.algoId !== undefined, JSON.stringify(stop));
  const cancelled = await deadline('cancel stop', exchange.cancelOrder(stop.id, symbol, { trigger: true }));
  check('usdm stop order is cancelled', cancelled.id === stop.id, JSON.stringify(cancelled));
  const other = await exchange.createOrder(symbol, 'limit', 'buy', 0.01, low);
  const gone = await deadline('cancelOrder', exchange.cancelOrder(other.id, symbol));
  check('usdm cancelOrder', gone.status === 'canceled', JSON.stringify(gone));
  check('usdm watchOrders tells it cancelled', (await watched.until(other.id, 'canceled')) !== undefined);
  const over = await deadline('createOrderWs', exchange.createOrderWs(symbol, 'limit', 'buy', 0.01, low));
  check('usdm createOrderWs', over.status === 'open', JSON.stringify(over));
  check('usdm cancelOrderWs', (await deadline('cancelOrderWs', exchange.cancelOrderWs(over.id, symbol))).status === 'canceled');

  await refused('usdm too much', 'Margin is insufficient', () => exchange.createOrder(symbol, 'limit', 'buy', 500, low));
  await refused('usdm a taker as maker', '-5022', () => exchange.createOrder(symbol, 'limit', 'buy', 0.01, bid * 1.02, { postOnly: true }));

  const record = await sameAsBooks('usdm', usdmPort, exchange, symbol);
  const balance = await deadline('fetchBalance', exchange.fetchBalance());
  check('usdm balance as the books have it', near(Number(balance.info.assets.find((a) => a.asset === 'USDT').walletBalance), Number(record.balances.usdm.USDT.free)), JSON.stringify(balance.USDT));
  const recorded = record.positions.find((p) => p.market === 'usdm' && p.symbol === 'BTCUSDT');
  check('usdm position as the books have it', near(positions[0].contracts, Number(recorded.amount)) && near(positions[0].entryPrice, Number(recorded.entry_price)));
  watched.stop();
  await exchange.close();
}

for (const part of [spot, usdm]) {
  try {
    await part();
  } catch (error) {
    failed(error);
  }
}
console.log(failures === 0 ? 'ccxt trades, and the books of record agree' : `${failures} failures`);
process.exit(failures === 0 ? 0 : 1);
