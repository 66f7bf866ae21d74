import { createConnection, ProposedFeatures } from 'vscode-languageserver/node';
import { serve } from './server';

// The server as a process of its own: the language client starts it with the editor's Node, and it ends with its client.
serve(createConnection(ProposedFeatures.all));
