/** Subscriptions over graphql-transport-ws: one socket for each distinct set of headers. */

import type { Observable } from '@graphiql/toolkit';
import type { ExecutionResult } from 'graphql';
import { type Client, createClient } from 'graphql-ws';
import { failure, type GraphQLRequest, type Headers } from './request';

const RETRIES = 20; // with the waits below about three minutes: a restart or a deploy
const FIRST_WAIT = 500; // ms
const LONGEST_WAIT = 10_000; // ms

/** Close codes from 4000 on are the server's answer. These few are accidents, worth another try. */
const ACCIDENTS = new Set([4408, 4499, 4504]); // no init in time, froze, no acknowledgement in time
const REFUSALS = new Set([4401, 4403]);

export function createSubscriber(endpoint: URL) {
  const url = new URL(endpoint);
  url.protocol = endpoint.protocol === 'https:' ? 'wss:' : 'ws:';
  const clients = new Map<string, Client>();

  function clientFor(headers: Headers): Client {
    const key = JSON.stringify(headers);
    const client = clients.get(key) ?? createSocketClient(url.href, headers);
    clients.set(key, client);
    return client;
  }

  return (request: GraphQLRequest, headers: Headers): Observable<ExecutionResult> => ({
    subscribe(observer) {
      const sink = observer as { next(value: ExecutionResult): void; complete(): void };
      const client = clientFor(headers);
      let stopped = false;
      const unlisten = client.on('closed', (event) => {
        if (!stopped) sink.next({ connection: `${describe(event)} Reconnecting…` } as ExecutionResult);
      });
      const finish = (last?: ExecutionResult) => {
        unlisten();
        if (stopped) return;
        stopped = true;
        if (last) sink.next(last);
        sink.complete();
      };
      const unsubscribe = client.subscribe(
        { ...request },
        {
          next: (result) => {
            if (!stopped) sink.next(result as ExecutionResult);
          },
          error: (error) => finish(explain(error)),
          complete: () => finish(),
        },
      );
      return {
        unsubscribe() {
          stopped = true;
          unsubscribe();
        },
      };
    },
  });
}

function createSocketClient(url: string, headers: Headers): Client {
  return createClient({
    url,
    connectionParams: headers,
    connectionAckWaitTimeout: 10_000, // ms
    retryAttempts: RETRIES,
    retryWait: (retries) => {
      const wait = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** retries);
      return new Promise((resolve) => setTimeout(resolve, wait * (0.5 + Math.random() / 2)));
    },
    shouldRetry: (event) => isClose(event) && (event.code < 4000 || ACCIDENTS.has(event.code)),
  });
}

function explain(error: unknown): ExecutionResult {
  if (Array.isArray(error)) return { errors: error }; // GraphQL errors: the operation was refused
  if (isClose(error)) {
    const hint = REFUSALS.has(error.code) ? ' Look at the credential under Headers.' : '';
    return failure(describe(error) + hint);
  }
  return failure(error instanceof Error ? error.message : String(error));
}

function describe(event: unknown): string {
  if (!isClose(event)) return 'The connection closed.';
  const who = event.code >= 4000 ? 'The server closed the connection' : 'The connection was lost';
  return `${who}: ${[event.code, event.reason].filter(Boolean).join(' ')}.`;
}

function isClose(event: unknown): event is { code: number; reason: string } {
  return typeof event === 'object' && event !== null && 'code' in event && 'reason' in event;
}
