/** How GraphiQL reaches the API: queries and mutations by POST, subscriptions by a socket. */

import type { Fetcher, FetcherParams } from '@graphiql/toolkit';
import { type ExecutionResult, getOperationAST, type OperationDefinitionNode, OperationTypeNode, parse } from 'graphql';
import { type Boot, parseHeaders } from './boot';
import { fillPlaceholders } from './placeholders';
import { failure, type GraphQLRequest, type Headers } from './request';
import { createSubscriber } from './subscriber';

export function createFetcher(boot: Boot): Fetcher {
  const endpoint = new URL(boot.endpoint, location.href);
  const subscribe = createSubscriber(endpoint);
  const introspectionHeaders = parseHeaders(boot.defaultHeaders) ?? parseHeaders(boot.tabs[0]?.headers ?? '');

  return (params, options) => {
    const introspects = params.operationName === 'IntrospectionQuery';
    const headers: Headers = (introspects && introspectionHeaders) || options?.headers || {};
    const operation = findOperation(params);
    const request = toRequest(params, operation);
    if (operation?.operation === OperationTypeNode.SUBSCRIPTION) return subscribe(request, headers);
    return post(endpoint, request, headers);
  };
}

/**
 * The operation to run. After a change of tabs GraphiQL names it a moment late, so a name that the document
 * does not have gives way to the only operation that is there.
 */
function findOperation({ query, operationName }: FetcherParams): OperationDefinitionNode | undefined {
  try {
    const document = parse(query);
    return getOperationAST(document, operationName) ?? getOperationAST(document) ?? undefined;
  } catch {
    return undefined; // the server says what is wrong with it
  }
}

function toRequest(params: FetcherParams, operation?: OperationDefinitionNode): GraphQLRequest {
  const operationName = operation ? operation.name?.value : params.operationName;
  return {
    query: params.query,
    ...(operationName ? { operationName } : {}),
    ...(params.variables ? { variables: fillPlaceholders(params.variables) as Record<string, unknown> } : {}),
  };
}

async function post(endpoint: URL, request: GraphQLRequest, headers: Headers): Promise<ExecutionResult> {
  // A tab with a credential of its own does not show the session cookie beside it; the others are the person's.
  const speaksForItself = Object.keys(headers).some((name) => name.toLowerCase() === 'authorization');
  let status = 'No answer';
  try {
    const response = await fetch(endpoint, {
      method: 'POST',
      credentials: speaksForItself ? 'omit' : 'same-origin',
      headers: {
        'x-allot-csrf': '1',
        ...headers,
        accept: 'application/graphql-response+json, application/json;q=0.9',
        'content-type': 'application/json',
      },
      body: JSON.stringify(request),
    });
    status = `HTTP ${response.status} ${response.statusText}`.trim();
    const text = await response.text();
    const result: unknown = response.headers.get('content-type')?.includes('json') ? JSON.parse(text) : null;
    if (typeof result === 'object' && result !== null) return result;
    return failure(`${status}: ${text.slice(0, 1000) || 'the answer is empty'}`);
  } catch (error) {
    return failure(`${status}: ${error instanceof Error ? error.message : error}`);
  }
}
