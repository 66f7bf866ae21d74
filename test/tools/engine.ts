import { test, type TestContext } from 'node:test';
import { Engine } from '../../src/engine/engine';

/** An engine that tests may use: the one that test/engine brought up, or the developer's own where it runs WebAssembly. */
export interface TestEngine {
  readonly engine: Engine;
  /** The address of a registry without login: `localhost:5000`. Only beside our own engine. */
  readonly registry?: string;
  /** Whether it is our own, whose runtimes and faults are known. */
  readonly ours: boolean;
}

let found: Promise<TestEngine | string> | undefined;

/** The engine, or why there is none. */
export function testEngine(): Promise<TestEngine | string> {
  return (found ??= look());
}

async function look(): Promise<TestEngine | string> {
  const registry = process.env['WASM_WORKBENCH_REGISTRY'];
  const ours = process.env['WASM_WORKBENCH_ENGINE'] !== undefined;
  try {
    const engine = await Engine.at();
    await engine.ask('connect', {}, AbortSignal.timeout(10_000), docker => docker.ping());
    if (!ours) {
      const { proveRuntime } = await import('../../src/engine/prove');
      const proof = await proveRuntime(engine, { runtime: 'io.containerd.wasmedge.v1' }, AbortSignal.timeout(60_000));
      if (!proof.works) return proof.error.message;
    }
    return { engine, ours, ...(registry === undefined ? {} : { registry }) };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/**
 * A test with an engine: skipped with one line where there is none, and with CI=true a failure. `own` asks for the one that test/engine brings up, whose
 * runtimes, registry and faults are known.
 */
export function engineTest(name: string, wish: { own?: boolean }, body: (found: TestEngine, t: TestContext) => Promise<void>): void {
  void test(name, async t => {
    const found = await testEngine();
    const missing = typeof found === 'string' ? `no Docker Engine that runs WebAssembly (${found})` : wish.own === true && !found.ours ? 'the engine of test/engine does not run' : undefined;
    if (missing === undefined) return body(found as TestEngine, t);
    if (process.env['CI'] === 'true') throw new Error(`${missing}; test/engine/README.md says how to bring one up`);
    t.skip(missing);
  });
}
