// "Daily jobs": the saved operations, read from operations/*.graphql when the page is built.
// The first comment line is "# Group: Title", the comment lines after it say when to use the operation.
import { useGraphiQL, useGraphiQLActions } from '@graphiql/react';
import { useEffect, useState } from 'react';
import { useSession } from './api.js';

const documents = import.meta.glob('../operations/*.graphql', { query: '?raw', import: 'default', eager: true });
const variables = import.meta.glob('../operations/*.json', { query: '?raw', import: 'default', eager: true });

const jobs = Object.keys(documents).sort().map((path) => {
  const text = documents[path].trim();
  const comment = text.match(/^(#.*\n)+/)[0].split('\n').map((line) => line.replace(/^#\s?/, ''));
  const [, group, title] = comment[0].match(/^(.+?): (.+)$/);
  return { text, group, title, when: comment.slice(1).join(' ').trim(), variables: variables[path.replace(/graphql$/, 'json')]?.trim() ?? '' };
});
const groups = [...new Set(jobs.map((job) => job.group))];

export const narrow = () => matchMedia('(max-width: 900px)').matches;

function groupOf(session) {
  if (session?.roles.some((role) => role.endsWith('_ADMIN'))) return 'Administrator';
  if (session?.roles.includes('BROKER')) return 'Broker';
  return session ? 'Member of an organisation' : 'Everyone';
}

function Jobs() {
  const { session } = useSession();
  const [openGroup, setOpenGroup] = useState(() => groupOf(session));
  useEffect(() => setOpenGroup(groupOf(session)), [session]);
  const { addTab, setOperationName, setVisiblePlugin } = useGraphiQLActions();
  const queryEditor = useGraphiQL((state) => state.queryEditor);
  const variableEditor = useGraphiQL((state) => state.variableEditor);
  const [search, setSearch] = useState('');
  const wanted = (job) => `${job.group} ${job.title} ${job.when}`.toLowerCase().includes(search.trim().toLowerCase());

  function open(job) {
    if (queryEditor.getValue().trim()) addTab();
    queryEditor.setValue(job.text);
    variableEditor.setValue(job.variables);
    setOperationName(job.text.match(/^(?:query|mutation|subscription) (\w+)/m)[1]);
    if (narrow()) setVisiblePlugin(null); // a phone shows one thing at a time
  }

  const shown = groups.map((group) => [group, jobs.filter((job) => job.group === group && wanted(job))]).filter(([, list]) => list.length);
  return (
    <section className="jobs" aria-label="Daily jobs">
      <div className="graphiql-doc-explorer-title">Daily jobs</div>
      <p>Choose a job to open it in a new tab, put your values in “Variables”, then press play.</p>
      <input type="search" aria-label="Search the daily jobs" placeholder="Search the jobs" value={search} onChange={(event) => setSearch(event.target.value)} />
      {shown.map(([group, list]) => (
        <details key={group} open={search !== '' || group === openGroup}>
          <summary onClick={(event) => (event.preventDefault(), setOpenGroup(group === openGroup ? '' : group))}>{group}</summary>
          <ul>
            {list.map((job) => (
              <li key={job.title}>
                <button type="button" disabled={!queryEditor || !variableEditor} onClick={() => open(job)}>
                  <strong>{job.title}</strong>
                  <span title={job.when}>{job.when}</span>
                </button>
              </li>
            ))}
          </ul>
        </details>
      ))}
      {shown.length === 0 && <p role="status">No job has these words.</p>}
    </section>
  );
}

const Icon = () => (
  <svg viewBox="0 0 20 20" fill="none" stroke="currentColor" strokeWidth="1.6" strokeLinecap="round" strokeLinejoin="round" aria-hidden="true">
    <path d="m2.5 5 1.3 1.3L6.5 3.6M2.5 11l1.3 1.3 2.7-2.7M2.5 17l1.3 1.3 2.7-2.7M10 5h8M10 11h8M10 17h8" />
  </svg>
);

export const JOBS_PLUGIN = { title: 'Daily jobs', icon: Icon, content: Jobs };
