import { systemCode } from '../base/error';
import type { Endpoint } from './endpoint';

/** What was being done when an engine refused. */
export type Step = 'connect' | 'list' | 'create' | 'attach' | 'start' | 'wait' | 'remove' | 'load' | 'save' | 'pull' | 'push' | 'tag' | 'build' | 'run';

/** What the sentences about a failure can name. */
export interface About {
  readonly image?: string;
  readonly platform?: string;
  readonly runtime?: string;
  readonly name?: string;
  /** Whether the engine is Docker Desktop's, whose Wasm support is a switch. */
  readonly desktop?: boolean;
}

/** A failure as facts: what an engine answered, or how a container ended; told apart by these alone. */
export interface Failure {
  readonly step: Step;
  readonly endpoint: Endpoint;
  readonly about: About;
  /** The system's code, where no answer came: ENOENT. */
  readonly system?: string;
  /** The HTTP status, where one came. */
  readonly status?: number;
  /** The engine's own words. */
  readonly message: string;
  /** How the container ended, and the last of what it printed. */
  readonly exit?: { readonly code: number; readonly stdout: string; readonly stderr: string };
  /** The system that we run on. */
  readonly platform: NodeJS.Platform;
}

/** The facts of what dockerode threw. */
export function failureOf(error: unknown, step: Step, endpoint: Endpoint, about: About): Failure {
  const { statusCode, json } = (typeof error === 'object' && error !== null ? error : {}) as { statusCode?: unknown; json?: unknown };
  const system = systemCode(error);
  return {
    step, endpoint, about, platform: process.platform, message: wordsOf(error, json),
    ...(typeof statusCode === 'number' ? { status: statusCode } : {}), ...(system === undefined ? {} : { system }),
  };
}

/** The engine's words alone: dockerode puts its own before them, and for streams there is nothing else. */
function wordsOf(error: unknown, json: unknown): string {
  const said = (json as { message?: unknown } | null | undefined)?.message;
  if (typeof said === 'string' && said !== '') return said.trim();
  return (error instanceof Error ? error.message : String(error)).replace(/^\(HTTP code \d+\) [^-]*- /, '').trim();
}
