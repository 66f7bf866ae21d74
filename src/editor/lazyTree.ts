import * as vscode from 'vscode';

/** Loads the real tree of a view; it is given the view, for its title, badge and message. */
type Load<T> = (view: vscode.TreeView<T>) => Promise<vscode.TreeDataProvider<T>>;

/** A view whose tree is loaded when it is first shown, so that activation reads nothing of it. */
export function lazyTree<T>(id: string, load: Load<T>, options: Omit<vscode.TreeViewOptions<T>, 'treeDataProvider'> = {}): vscode.Disposable {
  const changed = new vscode.EventEmitter<T | T[] | undefined>();
  let inner: Promise<vscode.TreeDataProvider<T>> | undefined;
  const tree = (): Promise<vscode.TreeDataProvider<T>> => (inner ??= load(view).then(loaded => {
    loaded.onDidChangeTreeData?.(what => { changed.fire(what as T | T[] | undefined); });
    return loaded;
  }));
  const view = vscode.window.createTreeView<T>(id, {
    ...options,
    treeDataProvider: {
      onDidChangeTreeData: changed.event,
      getChildren: async node => (await tree()).getChildren(node),
      getTreeItem: async node => (await tree()).getTreeItem(node),
      getParent: async node => (await tree()).getParent?.(node),
      resolveTreeItem: async (item, node, token) => (await (await tree()).resolveTreeItem?.(item, node, token)) ?? item,
    },
  });
  return vscode.Disposable.from(view, changed);
}
