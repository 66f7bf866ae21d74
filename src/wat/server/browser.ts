import { BrowserMessageReader, BrowserMessageWriter, createConnection } from 'vscode-languageserver/browser';
import { serve } from './server';

// The server in a browser: a worker that the language client of the page talks to.
serve(createConnection(new BrowserMessageReader(globalThis as never), new BrowserMessageWriter(globalThis as never)));
