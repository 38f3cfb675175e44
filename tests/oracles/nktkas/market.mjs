// @nktkas/hyperliquid, an independent client, against a running Hyperliquid sandbox: only its addresses are changed.
// usage: node market.mjs PORT
import { HttpTransport, InfoClient, SubscriptionClient, WebSocketTransport } from '@nktkas/hyperliquid';

const base = `http://127.0.0.1:${Number(process.argv[2])}`;
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
async function control(what, method = 'POST') {
  const reply = await fetch(`${base}/sandbox/${what}`, { method });
  if (!reply.ok) throw new Error(`${what}: ${await reply.text()}`);
  return reply.json();
}
const same = (told, truth, depth) =>
  [['bids', 0], ['asks', 1]].every(([side, at]) => {
    const right = truth[side].slice(0, depth);
    return told.levels[at].length === right.length &&
      told.levels[at].every((level, i) => Number(level.px) === Number(right[i][0]) && Number(level.sz) === Number(right[i][1]));
  });

const http = new InfoClient({ transport: new HttpTransport({ apiUrl: base }) });
const meta = await http.meta();
check('meta lists the perpetuals', meta.universe.map((each) => each.name).join() === 'BTC,ETH', JSON.stringify(meta));
const spot = await http.spotMeta();
check('spotMeta lists the pair and its tokens', spot.universe[0].name === '@1' && spot.tokens.map((t) => t.name).join() === 'USDC,HYPE', JSON.stringify(spot));
const [, contexts] = await http.metaAndAssetCtxs();
check('metaAndAssetCtxs tells marks', contexts.length === 2 && Number(contexts[0].markPx) > 0);
const mids = await http.allMids();
check('allMids tells every coin', ['BTC', 'ETH', '@1'].every((coin) => Number(mids[coin]) > 0), JSON.stringify(mids));
const now = Date.now();
const candles = await http.candleSnapshot({ coin: 'BTC', interval: '1m', startTime: now - 600_000, endTime: now });
check('candleSnapshot tells ten minutes', candles.length >= 10 && candles.every((c) => Number(c.h) >= Number(c.l) && c.i === '1m'));
check('recentTrades tells trades', (await http.recentTrades({ coin: 'BTC' })).length > 0);

const transport = new WebSocketTransport({ url: `${base.replace('http', 'ws')}/ws` });
const stream = new SubscriptionClient({ transport });
const first = async (what, subscribe) => {
  let stop;
  const event = await deadline(what, new Promise((resolve, reject) => {
    subscribe(resolve).then((subscription) => { stop = subscription; }, reject);
  }));
  await deadline(`${what}: unsubscribe`, (async () => {
    while (!stop) await new Promise((again) => setTimeout(again, 5));
    await stop.unsubscribe();
  })());
  return event;
};
const trades = await first('trades', (then) => stream.trades({ coin: 'BTC' }, then));
check('trades have a side, a price and an id', trades.every((t) => t.coin === 'BTC' && 'AB'.includes(t.side) && Number(t.px) > 0 && Number.isInteger(t.tid)));
const bbo = await first('bbo', (then) => stream.bbo({ coin: 'ETH' }, then));
check('bbo is not crossed', Number(bbo.bbo[0].px) < Number(bbo.bbo[1].px), JSON.stringify(bbo));
const candle = await first('candle', (then) => stream.candle({ coin: 'BTC', interval: '1m' }, then));
check('candle is of this minute', candle.s === 'BTC' && candle.T - candle.t === 59_999, JSON.stringify(candle));
const context = await first('activeAssetCtx', (then) => stream.activeAssetCtx({ coin: 'BTC' }, then));
check('activeAssetCtx tells mark and oracle', Number(context.ctx.markPx) > 0 && Number(context.ctx.oraclePx) > 0);
const all = await first('allMids', (then) => stream.allMids(then));
check('allMids come by stream, too', Number(all.mids.BTC) > 0);

let latest;
const books = await stream.l2Book({ coin: 'BTC' }, (book) => { latest = book; });
await deadline('l2Book', (async () => { while (!latest) await new Promise((again) => setTimeout(again, 10)); })());
await control('pause');
const truth = await control('book?symbol=BTC&limit=20', 'GET');
await deadline('the book of the pause', (async () => { while (!same(latest, truth, 20)) await new Promise((again) => setTimeout(again, 10)); })());
check('every level of the book is the sandbox\'s own', true);
const snapshot = await http.l2Book({ coin: 'BTC' });
check('so is the book by request', same(snapshot, truth, 20));
const posted = await new InfoClient({ transport }).l2Book({ coin: 'BTC' });
check('and the one asked for over the socket', same(posted, truth, 20), JSON.stringify(posted));
await control('resume');
await books.unsubscribe();

const refused = await deadline('an unknown coin', stream.trades({ coin: 'NONE' }, () => {}).then(() => '', (error) => String(error)));
check('an unknown coin is refused', refused.includes('Invalid subscription'), refused);
await transport.close();
console.log(failures === 0 ? 'nktkas: all well' : `nktkas: ${failures} checks failed`);
process.exit(failures === 0 ? 0 : 1);
