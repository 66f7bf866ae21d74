import * as vscode from 'vscode';
import { dockerfileLines } from '../../image/explore/dockerfileLines';
import type { Outline } from '../../image/explore/outline';
import type { DockerfileLine } from './nodes';

const pattern = '**/{Dockerfile,Containerfile,Dockerfile.*,*.Dockerfile,*.dockerfile}';

/** The lines of the workspace's Dockerfile that made an image, by step of its history; of the one that fits best. */
export async function linesOf(outline: Outline): Promise<ReadonlyMap<number, DockerfileLine>> {
  if (outline.history.length === 0) return new Map();
  const files = await vscode.workspace.findFiles(pattern, '**/node_modules/**', 50);
  let best: { file: string; lines: ReadonlyMap<number, number> } | undefined;
  for (const file of files) {
    const text = new TextDecoder().decode(await vscode.workspace.fs.readFile(file));
    const lines = dockerfileLines(text, outline.history);
    if (lines.size > (best?.lines.size ?? 0)) best = { file: file.fsPath, lines };
  }
  const { file = '', lines = new Map<number, number>() } = best ?? {};
  return new Map([...lines].map(([step, line]) => [step, { file, line }]));
}
