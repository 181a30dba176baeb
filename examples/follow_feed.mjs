// Follow a wallet's live feed with fetch and server-sent events: nothing to install, in Node 18 or later and in a
// browser (EventSource cannot send an Authorization header; fetch can). Resumes without a gap behind the last cursor.
//
// ALLOT_URL       http://127.0.0.1:8000/graphql
// ALLOT_TOKEN     a person's session (`people[0].token` of `allot demo --json`)
// ALLOT_WORKSPACE the workspace (`wsp_…`)
// node follow_feed.mjs [--after CURSOR] [--count N]

const PAUSE_MS_MAX = 10_000;
const SILENCE_MS_MAX = 45_000; // the server says something at least every 15 s
const HOPELESS = new Set(["ACCESS_ENDED", "UNAUTHENTICATED", "FORBIDDEN", "NOT_FOUND", "BAD_USER_INPUT"]);

const FEED = `
subscription Feed($workspace: ID!, $after: Cursor) {
  usageFeed(workspaceId: $workspace, after: $after) {
    __typename
    ... on UsageSnapshot { cursor balance { ...Figures } }
    ... on UsageChange { cursor entry { number kind amount unit balance { ...Figures } } }
    ... on ResyncRequired { cursor reason snapshot { balance { ...Figures } } }
  }
}
fragment Figures on Balance {
  asOfEntry
  quotas { meter { id } pool remaining unit }
  credits { meter { id } remaining unit }
}`;

/** The feed may not be read: asking again does not help. */
class Refused extends Error {}

/** Gives event after event for ever, over as many connections as it takes. `after`: the cursor of the last one seen. */
export async function* follow({ url, token, workspace, after = null }) {
  for (let failures = 1; ; failures++) {
    try {
      for await (const event of connection(url, token, { workspace, after })) {
        failures = 0;
        yield event;
        after = event.cursor; // only now: whoever took the event has dealt with it
      }
    } catch (error) {
      if (error instanceof Refused) throw error;
      console.error(`the connection is lost: ${error.cause?.message ?? error.message}`);
    }
    const pause = Math.random() * Math.min(PAUSE_MS_MAX, 100 * 2 ** failures);
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

/** One connection: ends when the server ends it, throws when it breaks or falls silent. */
async function* connection(url, token, variables) {
  const abort = new AbortController();
  let alarm = setTimeout(() => abort.abort(), SILENCE_MS_MAX);
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { "Authorization": `Bearer ${token}`, "Content-Type": "application/json", "Accept": "text/event-stream" },
      body: JSON.stringify({ query: FEED, variables }),
      signal: abort.signal,
    });
    if (!response.headers.get("content-type")?.startsWith("text/event-stream")) {
      const body = await response.json().catch(() => ({}));
      check(body.errors ?? [{ message: `HTTP ${response.status}` }]);
    }
    let text = "";
    for await (const part of parts(response.body)) {
      clearTimeout(alarm);
      alarm = setTimeout(() => abort.abort(), SILENCE_MS_MAX);
      const messages = (text + part).split("\n\n");
      text = messages.pop();
      for (const message of messages) {
        const data = message.match(/^event: next\ndata: (.*)$/s)?.[1];
        if (!data) continue; // a comment that keeps the connection open, or `complete`
        const result = JSON.parse(data);
        check(result.errors ?? []);
        yield result.data.usageFeed;
      }
    }
  } finally {
    clearTimeout(alarm);
    abort.abort();
  }
}

/** Not every browser can iterate over a stream. */
async function* parts(stream) {
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  for (let read = await reader.read(); !read.done; read = await reader.read()) yield read.value;
}

function check(errors) {
  if (!errors.length) return;
  const words = errors.map((error) => error.message).join("; ");
  throw errors.some((error) => HOPELESS.has(error.extensions?.code)) ? new Refused(words) : new Error(words);
}

const figures = ({ quotas, credits }) =>
  [...quotas, ...credits].map((row) => `${row.meter.id} ${row.remaining}`).join(", ");

/** After a snapshot or `ResyncRequired`, forget what you knew; a change comes on top of it. */
function tell(event) {
  const { entry, balance = entry?.balance ?? event.snapshot.balance } = event;
  const what = entry ? `${entry.kind} ${entry.amount} ${entry.unit}` : `${event.__typename} ${event.reason ?? ""}`.trim();
  console.log(`entry ${balance.asOfEntry}: ${what}: ${figures(balance)}  (cursor ${event.cursor})`);
}

if (globalThis.process?.argv[1]?.endsWith("follow_feed.mjs")) {
  const { env, argv } = globalThis.process;
  const option = (name) => (argv.includes(name) ? argv[argv.indexOf(name) + 1] : undefined);
  let left = Number(option("--count") ?? Infinity);
  const asked = { url: env.ALLOT_URL, token: env.ALLOT_TOKEN, workspace: env.ALLOT_WORKSPACE, after: option("--after") };
  try {
    for await (const event of follow(asked)) {
      tell(event);
      if (--left <= 0) break;
    }
  } catch (error) {
    console.error(`refused: ${error.message}`);
    globalThis.process.exitCode = 1;
  }
}
