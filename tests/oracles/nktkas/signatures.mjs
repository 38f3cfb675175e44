// Random actions, signed by @nktkas/hyperliquid and by us: hash, r, s and v are equal, and ours tell their signer.
// usage: node signatures.mjs SIGN_PROGRAM
import { spawnSync } from 'node:child_process';
import { createL1ActionHash, signL1Action, signUserSignedAction } from '@nktkas/hyperliquid/signing';
import { privateKeyToAccount } from 'viem/accounts';

// The same numbers each time.
let state = 0x9e3779b9;
function below(limit) {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return (state >>> 0) % limit;
}
const pick = (list) => list[below(list.length)];
const hex = (digits) => Array.from({ length: digits }, () => below(16).toString(16)).join('');
const address = () => `0x${hex(40)}`;
// Whole numbers around every size that MessagePack has a form for.
const whole = () => pick([0, 1, 127, 128, 255, 256, 65535, 65536, 4294967295, 4294967296, below(1e9), 2 ** 47 + below(1e9)]);
const decimal = () => pick(['0.001', '1', '65000.5', '100', '0.00002', `${below(1e5)}.${1 + below(9)}`]);

function order() {
  const tail = below(2) ? { c: `0x${hex(32)}` } : {};
  const kind = below(3)
    ? { limit: { tif: pick(['Gtc', 'Ioc', 'Alo']) } }
    : { trigger: { isMarket: !!below(2), triggerPx: decimal(), tpsl: pick(['tp', 'sl']) } };
  return { a: pick([0, 5, 10107, 110003]), b: !!below(2), p: decimal(), s: decimal(), r: !!below(2), t: kind, ...tail };
}
const several = (one, most) => Array.from({ length: 1 + below(most) }, one);
const l1 = [
  () => ({ type: 'order', orders: several(order, 20), grouping: pick(['na', 'normalTpsl', 'positionTpsl']) }),
  () => ({ type: 'order', orders: [order()], grouping: 'na', builder: { b: address(), f: below(100) } }),
  () => ({ type: 'cancel', cancels: several(() => ({ a: below(300), o: whole() }), 40) }),
  () => ({ type: 'cancelByCloid', cancels: several(() => ({ asset: below(300), cloid: `0x${hex(32)}` }), 5) }),
  () => ({ type: 'modify', oid: whole(), order: order() }),
  () => ({ type: 'batchModify', modifies: several(() => ({ oid: pick([whole(), `0x${hex(32)}`]), order: order() }), 4) }),
  () => ({ type: 'updateLeverage', asset: below(300), isCross: !!below(2), leverage: 1 + below(50) }),
  () => ({ type: 'updateIsolatedMargin', asset: below(300), isBuy: true, ntli: pick([1, -1, -128, -129, -40000, -3000000000]) * 1 }),
  () => (below(2) ? { type: 'scheduleCancel', time: 1700000010000 + below(1e9) } : { type: 'scheduleCancel' }),
  () => ({ type: 'createSubAccount', name: pick(['a', 'with spaces', 'Grüße', 'x'.repeat(33), 'y'.repeat(300)]) }),
];

const time = () => 1700000000000 + below(1e9);
const common = (type) => ({ type, signatureChainId: pick(['0x66eee', '0xa4b1', '0x1']), hyperliquidChain: pick(['Mainnet', 'Testnet']) });
const text = (name) => ({ name, type: 'string' });
const number = (name) => ({ name, type: 'uint64' });
const user = [
  ['UsdSend', [text('destination'), text('amount'), number('time')],
    () => ({ ...common('usdSend'), destination: address(), amount: decimal(), time: time() })],
  ['SpotSend', [text('destination'), text('token'), text('amount'), number('time')],
    () => ({ ...common('spotSend'), destination: address(), token: `PURR:0x${hex(32)}`, amount: decimal(), time: time() })],
  ['Withdraw', [text('destination'), text('amount'), number('time')],
    () => ({ ...common('withdraw3'), destination: address(), amount: decimal(), time: time() })],
  ['UsdClassTransfer', [text('amount'), { name: 'toPerp', type: 'bool' }, number('nonce')],
    () => ({ ...common('usdClassTransfer'), amount: decimal(), toPerp: !!below(2), nonce: time() })],
  ['SendAsset', ['destination', 'sourceDex', 'destinationDex', 'token', 'amount', 'fromSubAccount'].map(text).concat(number('nonce')),
    () => ({ ...common('sendAsset'), destination: address(), sourceDex: '', destinationDex: 'spot', token: 'USDC', amount: decimal(), fromSubAccount: '', nonce: time() })],
  ['ApproveAgent', [{ name: 'agentAddress', type: 'address' }, text('agentName'), number('nonce')],
    () => ({ ...common('approveAgent'), agentAddress: address(), agentName: pick(['', 'bot1']), nonce: time() })],
  ['ApproveBuilderFee', [text('maxFeeRate'), { name: 'builder', type: 'address' }, number('nonce')],
    () => ({ ...common('approveBuilderFee'), maxFeeRate: '0.01%', builder: address(), nonce: time() })],
];

const lines = [];
const expected = [];
for (let i = 0; i < 400; i += 1) {
  const key = `0x${hex(63)}1`;
  const wallet = privateKeyToAccount(key);
  if (i % 4 === 0) {
    const [name, members, make] = user[(i / 4) % user.length];
    const action = make();
    const types = { [`HyperliquidTransaction:${name}`]: [text('hyperliquidChain'), ...members] };
    const signature = await signUserSignedAction({ wallet, action, types });
    lines.push(`user ${key} 0 - - mainnet ${JSON.stringify(action)}`);
    expected.push({ name, hash: '-', signature, signer: wallet.address.toLowerCase() });
    continue;
  }
  const action = l1[i % l1.length]();
  const nonce = time();
  const vaultAddress = below(3) ? undefined : address();
  const expiresAfter = below(3) ? undefined : time();
  const isTestnet = !!below(2);
  const hash = createL1ActionHash({ action, nonce, vaultAddress, expiresAfter });
  const signature = await signL1Action({ wallet, action, nonce, isTestnet, vaultAddress, expiresAfter });
  lines.push(`l1 ${key} ${nonce} ${vaultAddress ?? '-'} ${expiresAfter ?? '-'} ${isTestnet ? 'testnet' : 'mainnet'} ${JSON.stringify(action)}`);
  expected.push({ name: action.type, hash, signature, signer: wallet.address.toLowerCase() });
}

const ours = spawnSync(process.argv[2], { input: `${lines.join('\n')}\n`, encoding: 'utf8', maxBuffer: 1 << 26 });
if (ours.status !== 0) throw new Error(`the program failed: ${ours.stderr}`);
const answers = ours.stdout.trim().split('\n');
let wrong = answers.length === expected.length ? 0 : 1;
expected.forEach(({ name, hash, signature, signer }, i) => {
  const [ourHash, r, s, v, address_] = (answers[i] ?? '').split(' ');
  const equal = ourHash === hash && BigInt(`0x${r}`) === BigInt(signature.r) && BigInt(`0x${s}`) === BigInt(signature.s) &&
    Number(v) === signature.v && address_ === signer;
  if (!equal) {
    wrong += 1;
    console.log(`FAIL ${name}: ${lines[i]}\n  theirs ${hash} ${JSON.stringify(signature)} ${signer}\n  ours   ${answers[i]}`);
  }
});
console.log(`${expected.length - wrong} of ${expected.length} signatures equal`);
process.exit(wrong === 0 ? 0 : 1);
