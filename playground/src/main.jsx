import { useGraphiQL, useGraphiQLActions } from '@graphiql/react';
import { GraphiQL, HISTORY_PLUGIN } from 'graphiql';
import 'graphiql/style.css';
import JsonWorker from 'monaco-editor/esm/vs/language/json/json.worker.js?worker';
import EditorWorker from 'monaco-editor/esm/vs/editor/editor.worker.js?worker';
import GraphQLWorker from 'monaco-graphql/esm/graphql.worker.js?worker';
import { useEffect, useMemo, useRef } from 'react';
import { createRoot } from 'react-dom/client';
import { fetcher, useSession } from './api.js';
import { Bar } from './Bar.jsx';
import { JOBS_PLUGIN, narrow } from './jobs.jsx';
import './style.css';

const WORKERS = { json: JsonWorker, graphql: GraphQLWorker };
globalThis.MonacoEnvironment = { getWorker: (_id, label) => new (WORKERS[label] ?? EditorWorker)() };

const PLUGINS = [JOBS_PLUGIN, HISTORY_PLUGIN];
const WELCOME = `# Welcome to the playground of the Social Value Marketplace.
#
# 1. Sign in above. (Much can be read without.)
# 2. Open "Daily jobs" on the left and choose a job.
# 3. Press play, or Ctrl and Enter.
#
# The book on the left explains every type and field.

query Welcome {
  viewer { kind platformRoles }
}
`;

// Tabs and history last as long as the browser tab; whoever signs out leaves nothing behind.
let closePrevious;
function tabStorage() {
  const store = sessionStorage;
  let open = true;
  closePrevious?.();
  closePrevious = () => {
    open = false;
    store.clear();
  };
  return {
    getItem: (key) => store.getItem(key),
    setItem: (key, value) => open && store.setItem(key, value),
    removeItem: (key) => store.removeItem(key),
    clear: () => store.clear(),
    get length() {
      return store.length;
    },
  };
}

function Behaviour({ name }) {
  const { introspect } = useGraphiQLActions();
  const queryEditor = useGraphiQL((state) => state.queryEditor);
  const fetching = useGraphiQL((state) => state.isFetching);
  const before = useRef({ name, fetching });
  useEffect(() => {
    if (before.current.name !== name) introspect(); // what the schema shows may depend on who asks
    if (before.current.fetching && !fetching && narrow()) document.querySelector('.graphiql-response').scrollIntoView({ behavior: 'smooth' });
    before.current = { name, fetching };
  }, [name, fetching, introspect]);
  useEffect(() => queryEditor?.updateOptions({ wordWrap: 'on' }), [queryEditor]);
}

function App() {
  const { session, signOuts } = useSession();
  const storage = useMemo(tabStorage, [signOuts]);
  return (
    <>
      <Bar />
      <main>
        <GraphiQL
          key={signOuts} fetcher={fetcher} storage={storage} plugins={PLUGINS}
          visiblePlugin={JOBS_PLUGIN} defaultQuery={WELCOME} defaultEditorToolsVisibility="variables"
          isHeadersEditorEnabled={false} showPersistHeadersSettings={false} inputValueDeprecation schemaDescription
        >
          <GraphiQL.Logo>
            <Behaviour name={session?.name} />
          </GraphiQL.Logo>
        </GraphiQL>
      </main>
    </>
  );
}

createRoot(document.getElementById('root')).render(<App />);
