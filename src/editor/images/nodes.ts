import type { EntryRow, Mode, Order } from '../../image/explore/listing';
import type { Filter } from '../../image/explore/filter';
import type { LayerOutline, Outline, Step } from '../../image/explore/outline';
import type { ImageAt, LayerFacts, ManifestRow } from '../../image/explore/protocol';
import type { Source } from '../../image/explore/source';
import type { EngineImage } from '../../image/stores/engine';
import type { ModuleRow } from './moduleRows';

// What the rows of the Images view stand for. The view hands them to commands.

/** A line of a Dockerfile, from 0. */
export interface DockerfileLine {
  readonly file: string;
  readonly line: number;
}

interface Child<P> {
  readonly id: string;
  readonly parent: P;
}

export interface GroupNode {
  readonly kind: 'group';
  readonly id: string;
  readonly group: 'engine' | 'files' | 'registries';
  readonly parent?: undefined;
  /** Of the engine: where it is. */
  readonly place?: string;
  readonly problem?: string;
}

export interface RepositoryNode extends Child<GroupNode> {
  readonly kind: 'repository';
  readonly name: string;
  readonly images: readonly EngineImage[];
}

/** A source of the view: an image, or several in one file. */
export interface ImageNode extends Child<GroupNode | RepositoryNode> {
  readonly kind: 'image';
  readonly source: Source;
  readonly label: string;
  readonly detail: string;
  /** Of files and registries known once the image was opened. */
  wasm: boolean;
  /** Of an engine. */
  readonly engine?: EngineImage;
  /** Whether the user added it, so that it can be taken off the view. */
  readonly added: boolean;
}

export interface PlatformNode extends Child<ImageNode> {
  readonly kind: 'platform';
  readonly at: ImageAt;
  readonly row: ManifestRow;
}

export type Owner = ImageNode | PlatformNode;

export interface ConfigNode extends Child<Owner> {
  readonly kind: 'config';
  readonly at: ImageAt;
  readonly outline: Outline;
}

export interface HistoryNode extends Child<Owner> {
  readonly kind: 'history';
  readonly at: ImageAt;
  readonly outline: Outline;
  readonly lines: ReadonlyMap<number, DockerfileLine>;
}

export interface WasteNode extends Child<Owner> {
  readonly kind: 'waste';
  readonly at: ImageAt;
}

export interface FactNode extends Child<ConfigNode> {
  readonly kind: 'fact';
  readonly label: string;
  readonly value: string;
  readonly icon: string;
}

export interface StepNode extends Child<HistoryNode> {
  readonly kind: 'step';
  readonly step: Step;
  /** Of the workspace's Dockerfile. */
  readonly line?: DockerfileLine;
}

export interface LayerNode extends Child<Owner> {
  readonly kind: 'layer';
  readonly at: ImageAt;
  readonly layer: number;
  readonly layers: number;
  readonly outline: LayerOutline;
  /** The line of the workspace's Dockerfile that made it. */
  readonly line?: DockerfileLine;
  /** Known once it was read. */
  facts?: LayerFacts;
  problem?: string;
  /** How many of its rows are shown. */
  shown: number;
}

export interface EntryNode extends Child<LayerNode | EntryNode> {
  readonly kind: 'entry';
  readonly at: ImageAt;
  /** The layer below which it stands; its bytes may be of an earlier one (`row.layer`). */
  readonly layer: number;
  readonly mode: Mode;
  readonly row: EntryRow;
  shown: number;
}

export interface PartNode extends Child<EntryNode | PartNode> {
  readonly kind: 'part';
  readonly part: ModuleRow;
}

/** The rest of a folder that has more entries than are shown at once. */
export interface MoreNode extends Child<LayerNode | EntryNode> {
  readonly kind: 'more';
  readonly left: number;
}

/** What stands where rows could not be had. */
export interface ProblemNode extends Child<Node | undefined> {
  readonly kind: 'problem';
  readonly message: string;
  readonly calm?: boolean;
}

export type Node = GroupNode | RepositoryNode | ImageNode | PlatformNode | ConfigNode | HistoryNode | WasteNode | FactNode | StepNode | LayerNode | EntryNode | PartNode | MoreNode | ProblemNode;

/** How the view shows layers and images; kept for the workspace. */
export interface ViewState {
  readonly mode: Mode;
  readonly sort: Order;
  readonly images: 'repository' | 'size';
  readonly filter: Filter;
}

export const firstState: ViewState = { mode: 'changes', sort: 'name', images: 'repository', filter: { text: '', changes: [] } };

/** How many rows of a folder are shown at first, and how many more each time. */
export const pageSize = 1000;

/** The image that a row belongs to; undefined for groups. */
export function imageAt(node: Node | undefined): ImageAt | undefined {
  if (node === undefined) return undefined;
  switch (node.kind) {
    case 'group': case 'repository': return undefined;
    case 'image': return { source: node.source };
    case 'platform': case 'config': case 'history': case 'waste': case 'layer': case 'entry': return node.at;
    default: return imageAt(node.parent);
  }
}

/** The source's row that a row lies below. */
export function imageNode(node: Node | undefined): ImageNode | undefined {
  if (node === undefined) return undefined;
  return node.kind === 'image' ? node : imageNode(node.parent);
}
