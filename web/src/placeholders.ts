/** Variables may contain "{{uuid}}": every run puts a fresh UUID in its place, each time it occurs. */

const UUID = '{{uuid}}';

export function fillPlaceholders(value: unknown): unknown {
  if (typeof value === 'string') return value.replaceAll(UUID, uuid);
  if (Array.isArray(value)) return value.map(fillPlaceholders);
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fillPlaceholders(item)]));
  }
  return value;
}

/** A version 4 UUID; crypto.randomUUID exists only on HTTPS and on localhost. */
function uuid(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
