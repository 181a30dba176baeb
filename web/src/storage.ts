/** The browser's storage under a name of our own: another GraphiQL on this host and port is not ours. */

const NAME = 'allotment/';

function keys(): string[] {
  return Object.keys(localStorage)
    .filter((key) => key.startsWith(NAME))
    .map((key) => key.slice(NAME.length));
}

export const storage = {
  keys,
  getItem: (key: string): string | null => localStorage.getItem(NAME + key),
  setItem: (key: string, value: string): void => localStorage.setItem(NAME + key, value),
  removeItem: (key: string): void => localStorage.removeItem(NAME + key),
  clear: (): void => keys().forEach((key) => localStorage.removeItem(NAME + key)),
  get length(): number {
    return keys().length;
  },
};
