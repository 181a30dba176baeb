/** What the server writes into the page; the Python side is `Boot` in graphiql.py. */

export interface BootTab {
  title: string;
  query: string;
  /** JSON text */
  variables: string;
  /** JSON text */
  headers: string;
}

export interface Boot {
  endpoint: string;
  tabs: BootTab[];
  /** JSON text: the headers of a new tab, and of the schema's introspection */
  defaultHeaders: string;
}

const EMPTY: Boot = { endpoint: '/graphql', tabs: [], defaultHeaders: '' };

export async function readBoot(): Promise<Boot> {
  let from: Document = document;
  if (import.meta.env.DEV) {
    // Vite serves its own index.html, so ask the API server for the page that it would have served.
    const answer = await fetch('/graphql', { headers: { accept: 'text/html' } });
    from = new DOMParser().parseFromString(await answer.text(), 'text/html');
  }
  const text = from.getElementById('boot')?.textContent;
  return { ...EMPTY, ...(text ? (JSON.parse(text) as Partial<Boot>) : {}) };
}

/** Headers as an object, or null when the text is not a JSON object. */
export function parseHeaders(text: string): Record<string, string> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, string>) : null;
  } catch {
    return null;
  }
}
