import test from 'node:test';
import assert from 'node:assert/strict';
import { addressBytes, addressText, unmapped } from '../../src/wasi/node/sockets/address';
import { Grants, parseGrant } from '../../src/wasi/node/sockets/grants';

const bytes = (text: string): Uint8Array => {
  const found = addressBytes(text);
  assert.ok(found !== undefined, text);
  return found;
};

void test('addresses of both versions, and what is none', () => {
  assert.deepEqual([...bytes('127.0.0.1')], [127, 0, 0, 1]);
  assert.deepEqual([...bytes('::1')], [...new Array<number>(15).fill(0), 1]);
  assert.equal(addressText(bytes('fe80::1:2%eth0')), 'fe80:0:0:0:0:0:1:2');
  assert.equal(addressText(bytes('1:2:3:4:5:6:7::')), '1:2:3:4:5:6:7:0');
  assert.equal(addressText(unmapped(bytes('::ffff:10.0.0.1'))), '10.0.0.1');
  for (const none of ['', '1.2.3', '1.2.3.4.5', '256.1.1.1', 'a.b.c.d', ':', '1::2::3', '1:2:3:4:5:6:7:8:9', '1:2:3:4:5:6:7:8::', 'g::', '::12345', '::1.2.3', 'localhost']) {
    assert.equal(addressBytes(none), undefined, none);
  }
});

void test('what may be allowed: ports, addresses, names', () => {
  assert.deepEqual(['8080', '0', '0.0.0.0:80', '*:80', '*', 'localhost:1', 'example.org', 'example.org:443', '[::1]:80', '[::]', '::1'].map(parseGrant), [
    { host: '127.0.0.1', port: 8080 }, { host: '127.0.0.1', port: 0 }, { host: '0.0.0.0', port: 80 }, { host: '*', port: 80 }, { host: '*', port: 0 }, { host: '127.0.0.1', port: 1 },
    { host: 'example.org', port: 0 }, { host: 'example.org', port: 443 }, { host: '::1', port: 80 }, { host: '::', port: 0 }, { host: '::1', port: 0 },
  ]);
  for (const none of ['', ':', 'a:b', 'a:70000', '99999', 'a b', '[x]:1', '[1.2.3.4]:1', 'a:1:2', '/etc', 'a/b:1']) assert.equal(parseGrant(none), undefined, none);
});

const grants = (listen: readonly string[], connect: readonly string[]): Grants => {
  const read = (texts: readonly string[]) => texts.map(text => parseGrant(text) ?? assert.fail(text));
  return new Grants(read(listen), read(connect));
};

void test('listening: the allowed address, a narrower one, or none', () => {
  const where = (listen: string[], address: string, port: number): string | undefined => {
    const found = grants(listen, []).bind(bytes(address), port);
    return found === undefined ? undefined : `${addressText(found.address)}:${found.port}`;
  };
  assert.equal(where([], '127.0.0.1', 80), undefined);
  assert.equal(where(['80'], '127.0.0.1', 80), '127.0.0.1:80');
  assert.equal(where(['80'], '127.0.0.1', 81), undefined);
  assert.equal(where(['80'], '0.0.0.0', 80), '127.0.0.1:80', 'every address was asked for: the allowed one is given');
  assert.equal(where(['80'], '10.0.0.1', 80), undefined);
  assert.equal(where(['0'], '0.0.0.0', 5), '127.0.0.1:5');
  assert.equal(where(['0.0.0.0:80'], '10.0.0.1', 80), '10.0.0.1:80');
  assert.equal(where(['*'], '0.0.0.0', 80), '0.0.0.0:80');
  assert.equal(where(['10.0.0.1:80', '[::1]:80'], '::', 80), '10.0.0.1:80');
  assert.equal(where(['80'], '::ffff:127.0.0.1', 80), '0:0:0:0:0:ffff:7f00:1:80');
});

void test('connecting: by address, by any, and by the addresses of an allowed name alone', () => {
  const one = grants([], ['10.0.0.1:80', 'example.org:443']);
  assert.ok(one.connect(bytes('10.0.0.1'), 80));
  assert.ok(one.connect(bytes('::ffff:10.0.0.1'), 80));
  assert.ok(!one.connect(bytes('10.0.0.1'), 81));
  assert.ok(!one.connect(bytes('169.254.169.254'), 80));
  assert.ok(one.resolve('Example.org'));
  assert.ok(!one.resolve('other.org'), 'to look a name up is to tell it');
  assert.ok(!one.connect(bytes('1.2.3.4'), 443));
  one.resolved('other.org', [bytes('9.9.9.9')]);
  one.resolved('example.org', [bytes('1.2.3.4')]);
  assert.ok(one.connect(bytes('1.2.3.4'), 443));
  assert.ok(!one.connect(bytes('1.2.3.4'), 80));
  assert.ok(!one.connect(bytes('9.9.9.9'), 443));
  assert.ok(grants([], ['*']).connect(bytes('9.9.9.9'), 1) && grants([], ['*']).resolve('any.org'));
});
