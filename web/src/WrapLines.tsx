import { pick, useGraphiQL } from '@graphiql/react';
import { useEffect } from 'react';

/** Break long lines, so that comments and credentials are seen whole in a narrow pane. */
export function WrapLines() {
  const { queryEditor, variableEditor, headerEditor } = useGraphiQL(
    pick('queryEditor', 'variableEditor', 'headerEditor'),
  );
  useEffect(() => {
    for (const editor of [queryEditor, variableEditor, headerEditor]) {
      editor?.updateOptions({ wordWrap: 'on', wrappingIndent: 'same' });
    }
  }, [queryEditor, variableEditor, headerEditor]);
  return null;
}
