import type { FromPage, Reply, Request, ToPage } from '../messages';

interface VsCode { postMessage(message: FromPage): void; getState(): PageState | undefined; setState(state: PageState): void }
declare function acquireVsCodeApi(): VsCode;

const vscode = acquireVsCodeApi();
const waiting = new Map<number, (reply: Reply) => void>();
let last = 0;

/** Asks the extension; the reply's kind is the request's, or `failed`. */
export function ask(request: Request): Promise<Reply> {
  const id = ++last;
  return new Promise(done => {
    waiting.set(id, done);
    vscode.postMessage({ kind: 'ask', id, request });
  });
}

/** Tells the extension what the user wants. */
export function tell(message: FromPage): void {
  vscode.postMessage(message);
}

/** What the page was like before it was hidden. */
export interface PageState { readonly tab?: string }
export function state(): PageState {
  return vscode.getState() ?? {};
}
export function remember(value: PageState): void {
  vscode.setState(value);
}

/** Listens to the extension for good; `changed` is called when the file has changed. */
export function listen(changed: () => void): void {
  window.addEventListener('message', ({ data }: MessageEvent<ToPage>) => {
    if (data.kind === 'changed') {
      changed();
      return;
    }
    waiting.get(data.id)?.(data.reply);
    waiting.delete(data.id);
  });
}
