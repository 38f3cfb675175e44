// What is asked of our echo, whichever end it is at. `peer` is an open `ws` WebSocket (client or server side).
import assert from 'node:assert/strict';
import {randomBytes} from 'node:crypto';
import {once} from 'node:events';

const patience = 20_000;

function within(promise, what) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: nothing within ${patience} ms`)), patience);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

async function next(peer, what) {
  const [data, binary] = await within(
      Promise.race([
        once(peer, 'message'),
        once(peer, 'close').then(([code, reason]) => { throw new Error(`${what}: closed ${code} ${reason}`); }),
      ]),
      what);
  return binary ? data : data.toString();
}

async function closed(peer, what) {
  const [code, reason] = await within(once(peer, 'close'), what);
  return {code, reason: reason.toString()};
}

async function echoes(peer, message, what) {
  const answer = next(peer, what);
  peer.send(message);
  const got = await answer;
  assert.ok(typeof message === 'string' ? got === message : Buffer.isBuffer(got) && got.equals(message),
            `${what}: the echo differs`);
}

// A frame with any bits, masked where a client sends it.
function raw(peer, first, payload, {masked = !peer._isServer, lengthBytes} = {}) {
  payload = Buffer.from(payload);
  const size = payload.length;
  const form = lengthBytes ?? (size < 126 ? 0 : size < 65536 ? 2 : 8);
  const head = Buffer.alloc(2 + form);
  head[0] = first;
  head[1] = (masked ? 0x80 : 0) | (form === 0 ? size : form === 2 ? 126 : 127);
  if (form === 2) head.writeUInt16BE(size, 2);
  if (form === 8) head.writeBigUInt64BE(BigInt(size), 2);
  const key = masked ? randomBytes(4) : Buffer.alloc(0);
  if (masked) payload = payload.map((byte, i) => byte ^ key[i % 4]);
  peer._socket.write(Buffer.concat([head, key, payload]));
}

const trade = '{"e":"trade","E":1672304484978,"s":"BTCUSDT","p":"61837.63000000","q":"0.00100000"}';

export const conversations = {
  async 'messages of every length form'(peer) {
    for (const size of [0, 1, 7, 8, 125, 126, 127, 65535, 65536, 1 << 20]) {
      await echoes(peer, 'x'.repeat(size), `text of ${size}`);
      await echoes(peer, randomBytes(size), `bytes of ${size}`);
    }
    for (let i = 0; i < 50; ++i) await echoes(peer, trade.replace('61837', String(61837 + i)), `trade ${i}`);
    await echoes(peer, 'κόσμε € 😀'.repeat(100), 'characters');
  },
  async 'a burst in order'(peer) {
    const got = [];
    const all = new Promise((resolve) => peer.on('message', (data) => { if (got.push(data.toString()) === 2000) resolve(); }));
    for (let i = 0; i < 2000; ++i) peer.send(`${i} ${trade}`);
    await within(all, 'burst');
    got.forEach((text, i) => assert.equal(text, `${i} ${trade}`));
    peer.removeAllListeners('message');
  },
  async 'fragments with control frames between them'(peer) {
    for (const compress of [false, true]) {
      const pongs = [];
      peer.on('pong', (data) => pongs.push(data.toString()));
      const text = 'κόσμε €😀' + trade.repeat(20);
      const bytes = Buffer.from(text);
      const answer = next(peer, 'fragments');
      for (let at = 0; at < 40; ++at) {
        peer.send(bytes.subarray(at, at + 1), {binary: false, compress, fin: false});
        if (at % 10 === 0) peer.ping(`ping ${at}`);
      }
      peer.send(Buffer.alloc(0), {fin: false, compress});
      peer.send(bytes.subarray(40), {fin: true, compress});
      assert.equal(await answer, text);
      assert.deepEqual(pongs, ['ping 0', 'ping 10', 'ping 20', 'ping 30']);
      peer.removeAllListeners('pong');
    }
  },
  async 'our pings, and pongs to them'(peer) {
    const ping = within(once(peer, 'ping'), 'ping');
    const answer = next(peer, 'pong');
    peer.send('do ping are you there');
    assert.equal((await ping)[0].toString(), 'are you there');
    assert.equal(await answer, 'pong are you there');
  },
};

// Each needs a connection of its own, which it ends.
export const endings = {
  async 'a close that the peer begins'(peer) {
    const end = closed(peer, 'close');
    peer.close(4001, 'bye');
    assert.deepEqual(await end, {code: 4001, reason: 'bye'});
  },
  async 'a close without a code'(peer) {
    const end = closed(peer, 'close');
    peer.close();
    assert.equal((await end).code, 1005);
  },
  async 'a close that we begin'(peer) {
    const end = closed(peer, 'close');
    peer.send('do close 1001 going away');
    assert.deepEqual(await end, {code: 1001, reason: 'going away'});
  },
};

const violations = {
  'text that is not UTF-8': [1007, (peer) => raw(peer, 0x81, [0xed, 0xa0, 0x80])],
  'fragmented text that is not UTF-8': [1007, (peer) => { raw(peer, 0x01, [0xf0, 0x9f]); raw(peer, 0x80, [0x41]); }],
  'a close reason that is not UTF-8': [1007, (peer) => raw(peer, 0x88, [0x03, 0xe8, 0xff])],
  'a close code that must not be sent': [1002, (peer) => raw(peer, 0x88, [0x03, 0xed])],
  'reserved bits': [1002, (peer) => raw(peer, 0xa1, 'x')],
  'an unknown opcode': [1002, (peer) => raw(peer, 0x83, 'x')],
  'the wrong mask': [1002, (peer) => raw(peer, 0x81, 'x', {masked: peer._isServer})],
  'a length not in its shortest form': [1002, (peer) => raw(peer, 0x82, 'x', {lengthBytes: 8})],
  'a long control frame': [1002, (peer) => raw(peer, 0x89, 'x'.repeat(126))],
  'a fragmented control frame': [1002, (peer) => raw(peer, 0x09, 'x')],
  'a continuation of nothing': [1002, (peer) => raw(peer, 0x80, 'x')],
  'a message inside another': [1002, (peer) => { raw(peer, 0x01, 'x'); raw(peer, 0x81, 'y'); }],
  'a message beyond the limit': [1009, (peer) => peer.send(randomBytes(4 * 1024 * 1024 + 1))],
};
for (const [name, [code, misbehave]] of Object.entries(violations)) {
  endings[name] = async (peer) => {
    const end = closed(peer, name);
    misbehave(peer);
    assert.equal((await end).code, code);
  };
}

export const compressedEndings = {
  async 'compressed data that is malformed'(peer) {
    const end = closed(peer, 'malformed');
    raw(peer, 0xc1, [0xff, 0xff, 0xff]);
    assert.equal((await end).code, 1007);
  },
  async 'a bomb'(peer) {
    const end = closed(peer, 'bomb');
    peer.send(Buffer.alloc(16 * 1024 * 1024), {compress: true});
    assert.equal((await end).code, 1009);
  },
};

// name, what our end is asked for in its path, what `ws` is told.
const deflate = (options) => ({threshold: 0, ...options});
export const setups = [
  {name: 'plain', path: '/?deflate=off', perMessageDeflate: false, compressed: false},
  {name: 'we could compress, ws does not', path: '/?deflate=on', perMessageDeflate: false, compressed: false},
  {name: 'our echo in fragments', path: '/?deflate=off&fragment=1', perMessageDeflate: false, compressed: false},
  {name: 'compressed', path: '/?deflate=on', perMessageDeflate: deflate({}), compressed: true},
  {name: 'compressed, we ask for no context takeover', path: '/?forget=1', perMessageDeflate: deflate({}), compressed: true},
  {name: 'compressed, we ask for windows of 9 bits', path: '/?bits=9', perMessageDeflate: deflate({}), compressed: true},
  {
    name: 'compressed, ws asks for no context takeover',
    path: '/?deflate=on',
    perMessageDeflate: deflate({serverNoContextTakeover: true, clientNoContextTakeover: true}),
    compressed: true,
  },
  {
    name: 'compressed, ws asks for windows of 10 bits',
    path: '/?deflate=on',
    perMessageDeflate: deflate({serverMaxWindowBits: 10, clientMaxWindowBits: 10}),
    compressed: true,
  },
];
