import * as vscode from 'vscode';
import type { App } from './app';

/** Offers a task for each project and each Dockerfile of a Wasm image, and completes those of tasks.json. */
export function registerTasks(app: App): void {
  app.context.subscriptions.push(vscode.tasks.registerTaskProvider('wasi', {
    async provideTasks() {
      return vscode.workspace.isTrusted ? (await import('./buildTask')).offeredTasks(app) : [];
    },
    async resolveTask(task) {
      return (await import('./buildTask')).completeTask(app, task);
    },
  }), vscode.tasks.registerTaskProvider('wasi-image', {
    async provideTasks() {
      return vscode.workspace.isTrusted ? (await import('./packaging/dockerTasks')).offeredImageTasks() : [];
    },
    async resolveTask(task) {
      return (await import('./packaging/dockerTasks')).completeImageTask(task);
    },
  }));
}
