// usage: node interop.mjs ECHO_PROGRAM. Our codec against npm `ws` at either end, and Chromium as a client.
import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {mkdtemp, rm} from 'node:fs/promises';
import {createServer} from 'node:http';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {createInterface} from 'node:readline';

import {chromium} from 'playwright-core';
import WebSocket, {WebSocketServer} from 'ws';

import {compressedEndings, conversations, endings, setups} from './cases.mjs';

const program = process.argv[2];
let passed = 0;
const failures = [];

async function check(name, run) {
  try {
    await run();
    ++passed;
  } catch (error) {
    failures.push(name);
    console.error(`FAILED ${name}\n  ${error.stack}`);
  }
}

async function withSetups(who, open) {
  for (const setup of setups) {
    const all = Object.entries(conversations).map((entry) => [...entry, true])
        .concat(Object.entries({...endings, ...(setup.compressed ? compressedEndings : {})}));
    for (const [name, run, keepsOpen] of all) {
      await check(`${who}, ${setup.name}: ${name}`, async () => {
        const {peer, done} = await open(setup);
        peer.setMaxListeners(0);
        try {
          assert.equal(peer.extensions.includes('permessage-deflate'), setup.compressed, `extensions "${peer.extensions}"`);
          await run(peer);
          if (keepsOpen) {
            const end = once(peer, 'close');
            peer.close(1000);
            assert.equal((await end)[0], 1000);
          }
        } finally {
          peer.terminate();
          await done();
        }
      });
    }
  }
}

async function startServer() {
  const child = spawn(program, ['serve'], {stdio: ['ignore', 'pipe', 'inherit']});
  const [line] = await once(createInterface({input: child.stdout}), 'line');
  return {child, port: Number(line.split(' ')[1])};
}

async function againstOurServer(port) {
  await withSetups('ws client', async ({path, perMessageDeflate}) => {
    // Our pings between fragments come faster than its limit on pongs not yet written allows (60).
    const peer = new WebSocket(`ws://127.0.0.1:${port}${path}`, {perMessageDeflate, maxPendingAutoPongs: 0});
    peer.on('error', () => {});
    await once(peer, 'open');
    return {peer, done: async () => {}};
  });
}

async function againstOurClient() {
  await withSetups('ws server', async ({path, perMessageDeflate}) => {
    const server = new WebSocketServer({host: '127.0.0.1', port: 0, perMessageDeflate, maxPayload: 0, maxPendingAutoPongs: 0});
    await once(server, 'listening');
    const child = spawn(program, ['connect', String(server.address().port), path], {stdio: ['ignore', 'ignore', 'inherit']});
    const exited = once(child, 'exit');
    const [peer] = await Promise.race([
      once(server, 'connection'),
      exited.then(([code]) => { throw new Error(`our client ended with ${code} before it was connected`); }),
    ]);
    peer.on('error', () => {});
    return {
      peer,
      done: async () => {
        const [code] = await exited;
        server.close();
        assert.equal(code, 0, 'our client did not end by itself');
      },
    };
  });
}

// Runs inside the page.
async function browserConversation({url, compressed}) {
  const socket = new WebSocket(url);
  socket.binaryType = 'arraybuffer';
  const queue = [], waiting = [];
  socket.onmessage = ({data}) => waiting.length ? waiting.shift()(data) : queue.push(data);
  const next = () => queue.length ? Promise.resolve(queue.shift()) : new Promise((resolve) => waiting.push(resolve));
  const closed = new Promise((resolve) => { socket.onclose = ({code, reason, wasClean}) => resolve({code, reason, wasClean}); });
  await new Promise((resolve, reject) => { socket.onopen = resolve; socket.onerror = () => reject(new Error('no connection')); });
  if (socket.extensions.includes('permessage-deflate') !== compressed) throw new Error(`extensions "${socket.extensions}"`);

  for (const size of [0, 1, 125, 126, 65535, 65536, 1 << 20]) {
    const text = 'x'.repeat(size);
    socket.send(text);
    if (await next() !== text) throw new Error(`text of ${size} differs`);
    const bytes = new Uint8Array(size).map((_, i) => (i * 7919) >> 3);
    socket.send(bytes);
    const echo = new Uint8Array(await next());
    if (echo.length !== size || echo.some((byte, i) => byte !== bytes[i])) throw new Error(`bytes of ${size} differ`);
  }
  const characters = 'κόσμε € 😀 '.repeat(1000);
  socket.send(characters);
  if (await next() !== characters) throw new Error('characters differ');
  for (let i = 0; i < 1000; ++i) socket.send(`message ${i}`);
  for (let i = 0; i < 1000; ++i) {
    const text = await next();
    if (text !== `message ${i}`) throw new Error(`expected message ${i}, got ${text}`);
  }
  socket.send('do ping browser');
  if (await next() !== 'pong browser') throw new Error('no pong');
  return {closed: (socket.close(4002, 'enough'), await closed)};
}

// Runs inside the page.
async function browserIsClosed({url}) {
  const socket = new WebSocket(url);
  const closed = new Promise((resolve) => { socket.onclose = ({code, reason, wasClean}) => resolve({code, reason, wasClean}); });
  await new Promise((resolve) => { socket.onopen = resolve; });
  socket.send('do close 4321 our turn');
  return closed;
}

async function againstChromium(port) {
  const pages = createServer((_, response) => response.end('<!doctype html><title>WebSocket</title>'));
  pages.listen(0, '127.0.0.1');
  await once(pages, 'listening');
  const profile = await mkdtemp(join(tmpdir(), 'trunkline-chromium-'));
  const browser = await chromium.launchPersistentContext(profile, {
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    headless: true,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
           '--disable-component-update', '--disable-sync'],
  });
  const page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${pages.address().port}/`);
  for (const [path, compressed] of [['/?deflate=off', false], ['/?deflate=off&fragment=1', false], ['/?deflate=on', true],
                                    ['/?forget=1', true], ['/?bits=9', true], ['/?bits=12', true]]) {
    const url = `ws://127.0.0.1:${port}${path}`;
    await check(`Chromium, ${path}: conversation`, async () => {
      const {closed} = await page.evaluate(browserConversation, {url, compressed});
      assert.deepEqual(closed, {code: 4002, reason: 'enough', wasClean: true});
    });
    await check(`Chromium, ${path}: a close that we begin`, async () => {
      assert.deepEqual(await page.evaluate(browserIsClosed, {url}), {code: 4321, reason: 'our turn', wasClean: true});
    });
  }
  await browser.close();
  pages.close();
  await rm(profile, {recursive: true, force: true});
}

const {child, port} = await startServer();
await againstOurServer(port);
await againstOurClient();
await check('Chromium', () => againstChromium(port));
if (child.exitCode !== null || child.signalCode !== null) failures.push('our server ended by itself');
child.kill();
console.log(`websocket interop: ${passed} passed, ${failures.length} failed`);
process.exit(failures.length === 0 && passed > 0 ? 0 : 1);
