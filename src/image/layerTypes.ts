import type { Descriptor } from './oci';

// What the media types of layers say. Only where the bytes can't tell: a Wasm module and a tar are told apart by them as well.

/** runwasi's Wasm layers and CNCF artifacts hold the module itself where others hold a tar. */
export function holdsModule(mediaType: string): boolean {
  return mediaType === 'application/wasm' || /^application\/vnd\.(bytecodealliance\.wasm|wasm)\.[\w.]*layer[\w.]*\+wasm$/.test(mediaType) || mediaType.startsWith('application/vnd.wasm.content.layer');
}

/** Whether a media type promises a tar, so that anything else is damage. */
export function saysTar(mediaType: string): boolean {
  return /\btar\b/.test(mediaType);
}

/** Whether a media type is one that the specifications name for layers. */
export function isKnownLayer(mediaType: string): boolean {
  return holdsModule(mediaType) || /^application\/vnd\.(oci\.image|docker\.image\.rootfs)[\w.]*tar/.test(mediaType);
}

/** The name of the one file that a layer which is no archive holds. */
export function blobName(layer: Descriptor): string {
  const title = layer.annotations?.['org.opencontainers.image.title'];
  if (title !== undefined && title !== '' && !title.split(/[\\/]/).includes('..')) return title.replace(/^\/+/, '');
  return holdsModule(layer.mediaType) ? 'module.wasm' : `${layer.digest.slice(layer.digest.indexOf(':') + 1).slice(0, 12)}.blob`;
}
