/**
 * Which tabs open. They live in the browser's storage, as GraphiQL keeps them. When the boot data changes
 * (another database, other credentials) its tabs are made anew; tabs of the user's own stay, with renewed
 * credentials.
 */

import type { TabsState } from '@graphiql/react';
import { type Boot, type BootTab, parseHeaders } from './boot';
import { storage } from './storage';

type SavedTab = TabsState['tabs'][number];

const BOOT = 'boot';
const TABS = 'graphiql:tabState';
const PREFIX = 'boot:'; // of the ids of tabs that came with the boot data

/** Bring the stored tabs up to date with the boot data, and return the one to open. */
export function prepareTabs(boot: Boot): SavedTab | undefined {
  const text = JSON.stringify(boot);
  const known = storage.getItem(BOOT);
  if (known !== null && known !== text) renewCredentials(JSON.parse(known) as Boot, boot);
  let state = readState();
  if (known !== text || state === null) {
    const own = state?.tabs.filter((tab) => !tab.id.startsWith(PREFIX)) ?? [];
    state = { tabs: [...boot.tabs.map(toSavedTab), ...own], activeTabIndex: 0 };
  }
  const named = state.tabs.findIndex((tab) => location.hash === anchor(tab));
  if (named >= 0) state.activeTabIndex = named;
  if (state.tabs.length > 0) storage.setItem(TABS, JSON.stringify(state));
  else storage.removeItem(TABS);
  storage.setItem(BOOT, text);
  return state.tabs[state.activeTabIndex];
}

/** The address follows the active tab, so that reloading a window opens the tab that it showed. */
export function showInAddress({ tabs, activeTabIndex }: TabsState): void {
  const tab = tabs[activeTabIndex];
  if (tab && location.hash !== anchor(tab)) history.replaceState(null, '', anchor(tab));
}

function anchor(tab: SavedTab): string {
  const name = tab.id.startsWith(PREFIX) ? tab.id.slice(PREFIX.length) : tab.title;
  return `#${encodeURIComponent(name)}`;
}

function toSavedTab({ title, query, variables, headers }: BootTab): SavedTab {
  return { id: PREFIX + title, title, query, variables, headers, hash: '', operationName: null, response: null };
}

function readState(): TabsState | null {
  try {
    const state = JSON.parse(storage.getItem(TABS) ?? 'null') as TabsState | null;
    return state && Array.isArray(state.tabs) && state.tabs.length > 0 ? state : null;
  } catch {
    return null;
  }
}

/** Put the new value of each header wherever its old value is stored: tabs, history, favourites. */
function renewCredentials(old: Boot, now: Boot): void {
  const pairs = [[old.defaultHeaders, now.defaultHeaders]];
  for (const tab of old.tabs) {
    const same = now.tabs.find(({ title }) => title === tab.title);
    if (same) pairs.push([tab.headers, same.headers]);
  }
  const renewed = new Map<string, string>();
  for (const [before, after] of pairs) {
    const values = parseHeaders(after ?? '');
    for (const [name, value] of Object.entries(parseHeaders(before ?? '') ?? {})) {
      const fresh = values?.[name];
      if (fresh && fresh !== value) renewed.set(value, fresh);
    }
  }
  for (const key of storage.keys()) {
    let text = storage.getItem(key) ?? '';
    for (const [before, after] of renewed) text = text.replaceAll(before, after);
    storage.setItem(key, text);
  }
}
