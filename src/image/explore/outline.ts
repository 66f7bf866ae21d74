import { isKnownLayer, holdsModule } from '../layerTypes';
import { mediaTypes, type ExecutionConfig, type History } from '../oci';
import type { ReadImage } from '../read';
import { platformText } from '../inspect';

/** A layer before it is read: what the manifest and the history tell of it. */
export interface LayerOutline {
  readonly digest: string;
  readonly mediaType: string;
  /** As stored, in bytes. */
  readonly stored: number;
  /** What made it, as people write it. */
  readonly command?: string;
  readonly created?: string;
  /** Which step of the history it is. */
  readonly step?: number;
  /** Whether it is a Wasm module and not a tar. */
  readonly module: boolean;
  /** Whether the specifications know its media type. */
  readonly known: boolean;
}

/** A step of the history; those without a layer only changed the configuration. */
export interface Step {
  readonly command: string;
  readonly raw: string;
  readonly created?: string;
  readonly comment?: string;
  readonly layer?: number;
}

/** What is known of an image before any of its layers is read. */
export interface Outline {
  readonly digest: string;
  readonly mediaType: string;
  /** An artifact has no configuration of a container. */
  readonly kind: 'image' | 'artifact';
  readonly platform: string;
  readonly created?: string;
  readonly author?: string;
  /** All layers and the configuration, as stored. */
  readonly size: number;
  readonly config: ExecutionConfig;
  readonly layers: readonly LayerOutline[];
  readonly history: readonly Step[];
  readonly annotations: Readonly<Record<string, string>>;
}

/** The outline of an image. */
export function outlineOf({ descriptor, manifest, config }: ReadImage): Outline {
  const history: Step[] = [];
  const made: { step: number; entry: History }[] = [];
  for (const [step, entry] of (config.history ?? []).entries()) {
    const raw = typeof entry.created_by === 'string' ? entry.created_by : '';
    const layer = entry.empty_layer === true ? undefined : made.push({ step, entry }) - 1;
    history.push({
      command: commandText(raw), raw, ...(entry.created === undefined ? {} : { created: entry.created }), ...(entry.comment === undefined || entry.comment === '' ? {} : { comment: entry.comment }),
      ...(layer === undefined || layer >= manifest.layers.length ? {} : { layer }),
    });
  }
  // A history that tells of another number of layers can't be laid beside them.
  const fits = made.length === manifest.layers.length;
  const image = manifest.config.mediaType !== mediaTypes.wasmConfig && (config.os !== '' || config.rootfs.diff_ids.length > 0);
  return {
    digest: descriptor.digest, mediaType: manifest.mediaType ?? descriptor.mediaType, kind: image ? 'image' : 'artifact',
    platform: config.os === '' ? manifest.artifactType ?? manifest.config.mediaType : platformText(config),
    ...(config.created === undefined ? {} : { created: config.created }), ...(config.author === undefined ? {} : { author: config.author }),
    size: manifest.layers.reduce((sum, each) => sum + each.size, manifest.config.size),
    config: config.config ?? {}, annotations: manifest.annotations ?? {},
    history: fits ? history : history.map(({ layer, ...rest }) => (layer === undefined ? rest : rest)),
    layers: manifest.layers.map((layer, at) => {
      const from = fits ? made[at] : undefined;
      const command = from === undefined ? undefined : commandText(from.entry.created_by ?? '');
      return {
        digest: layer.digest, mediaType: layer.mediaType, stored: layer.size, module: holdsModule(layer.mediaType), known: isKnownLayer(layer.mediaType),
        ...(command === undefined || command === '' ? {} : { command }), ...(from?.entry.created === undefined ? {} : { created: from.entry.created }),
        ...(from === undefined ? {} : { step: from.step }),
      };
    }),
  };
}

/** What an engine tells of an image before it hands it out: the answers of its inspection and history, the newest step first. */
export function engineOutline(image: EngineInspection, told: readonly EngineStep[]): Outline {
  const steps = [...told].reverse();
  const ids = image.RootFS?.Layers ?? [];
  // Engines tell no marks of empty steps, only sizes; a step of size 0 may still be a layer.
  const sized = steps.filter(step => step.Size > 0);
  const all = sized.length === ids.length ? sized : steps.length === ids.length ? steps : undefined;
  const layerOf = (step: EngineStep): number => all?.indexOf(step) ?? -1;
  return {
    digest: image.Id, mediaType: '', kind: 'image', platform: platformText({ os: image.Os, architecture: image.Architecture, ...(image.Variant === undefined || image.Variant === '' ? {} : { variant: image.Variant }) }),
    ...(image.Created === undefined ? {} : { created: image.Created }), size: image.Size, config: image.Config ?? {}, annotations: {},
    history: steps.map(step => ({ command: commandText(step.CreatedBy), raw: step.CreatedBy, created: new Date(step.Created * 1000).toISOString(), ...(layerOf(step) < 0 ? {} : { layer: layerOf(step) }) })),
    layers: ids.map((digest, at) => {
      const step = all?.[at];
      return {
        digest, mediaType: mediaTypes.layer, stored: step?.Size ?? 0, module: false, known: true,
        ...(step === undefined ? {} : { command: commandText(step.CreatedBy), created: new Date(step.Created * 1000).toISOString(), step: steps.indexOf(step) }),
      };
    }),
  };
}

/** The parts of an engine's inspection that are read. */
export interface EngineInspection {
  readonly Id: string;
  readonly Os: string;
  readonly Architecture: string;
  readonly Variant?: string;
  readonly Created?: string;
  readonly Size: number;
  readonly Config?: ExecutionConfig;
  readonly RootFS?: { readonly Layers?: readonly string[] };
}

export interface EngineStep {
  readonly CreatedBy: string;
  /** Seconds since 1970. */
  readonly Created: number;
  readonly Size: number;
}

/** What a history's `created_by` says, as it would stand in a Dockerfile: builders wrap it each in their own way. */
export function commandText(createdBy: string): string {
  let text = createdBy.replace(/\s+# buildkit\s*$/, '').trim();
  const nop = /^\/bin\/sh -c #\(nop\)\s+/.exec(text);
  if (nop !== null) return collapse(text.slice(nop[0].length));
  // Build arguments come first: `|2 A=1 B=2 /bin/sh -c ...`; their values may hold blanks.
  text = text.replace(/^(RUN )?\|\d+ .*?(?=\/bin\/sh -c )/s, '$1');
  const shell = /^(RUN )?\/bin\/sh -c /.exec(text);
  if (shell !== null) return collapse('RUN ' + text.slice(shell[0].length));
  return collapse(text);
}

function collapse(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
