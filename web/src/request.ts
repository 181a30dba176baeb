import type { ExecutionResult } from 'graphql';

export interface GraphQLRequest {
  query: string;
  operationName?: string;
  variables?: Record<string, unknown>;
}

export type Headers = Record<string, string>;

/** A message in the form in which GraphQL servers give theirs, so that the response pane reads alike. */
export function failure(message: string): ExecutionResult {
  return { errors: [{ message }] } as unknown as ExecutionResult;
}
