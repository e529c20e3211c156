// The playground as a person uses it, in a real browser against a real server. Started by run.sh.
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { chromium } from 'playwright-core';

const { BASE_URL, CHROMIUM, DEMO_PASSWORD, MARKETPLACE_DEMO_ADMIN: EMAIL, SCREENSHOTS } = process.env;
const args = '--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync'.split(' ');
let browser, page, problems, tokens;

before(async () => (browser = await chromium.launch({ executablePath: CHROMIUM, args })));
after(() => browser?.close());
beforeEach(() => open({ width: 1280, height: 800 }));
afterEach(async (t) => {
  const name = t.name.replaceAll(/\W+/g, '-');
  if (!t.passed || process.env.SCREENSHOTS_ALWAYS) await page.screenshot({ path: `${SCREENSHOTS}/${name}.png` });
  await page.context().close();
  assert.deepEqual(problems, [], 'the page must be quiet and stay at home');
});

async function open(viewport) {
  await page?.context().close();
  const context = await browser.newContext({ viewport, locale: 'en-GB' });
  page = await context.newPage();
  page.setDefaultTimeout(20_000);
  problems = [];
  tokens = [];
  context.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(BASE_URL) && !/^(data|blob):/.test(url)) problems.push(`request to ${url}`);
  });
  page.on('console', (message) => ['error', 'warning'].includes(message.type()) && problems.push(`console: ${message.text()}`));
  page.on('pageerror', (error) => problems.push(`error: ${error.message}`));
  page.on('response', async (response) => {
    if (!response.url().endsWith('/graphql')) return;
    const text = await response.text().catch(() => '');
    for (const [, token] of text.matchAll(/"(?:accessToken|refreshToken)":\s*"([^"]+)"/g)) tokens.push(token);
  });
  await page.goto(`${BASE_URL}/graphiql`);
  await page.getByRole('region', { name: 'Operation Editor' }).locator('.monaco-editor').waitFor();
}

async function job(group, title) {
  const heading = page.locator('details', { has: page.locator('summary', { hasText: group }) });
  if (!(await heading.evaluate((details) => details.open))) await heading.locator('summary').click();
  await heading.getByRole('button', { name: title }).click();
}
async function run() {
  const ours = (request) => request.url().endsWith('/graphql') && !request.postData()?.includes('__schema');
  const done = page.waitForResponse((response) => ours(response.request()));
  await page.getByRole('button', { name: /^Execute query/ }).click();
  return (await done).json();
}
async function shows(text) {
  const squeezed = text.replaceAll(/\s/g, ''); // the editor wraps long lines
  await page.waitForFunction((wanted) => document.querySelector('.graphiql-response .view-lines')?.innerText.replaceAll(/\s/g, '').includes(wanted), squeezed);
}
async function signIn(password = DEMO_PASSWORD) {
  await page.getByLabel('E-mail').fill(EMAIL);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}
const signedIn = () => page.getByRole('status').filter({ hasText: 'Signed in as' });

test('the page opens with its title and the documentation explains the schema', async () => {
  assert.match(await page.title(), /Social Value Marketplace/);
  await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
  const docs = page.getByRole('region', { name: 'Documentation Explorer' });
  await docs.getByRole('link', { name: 'Query', exact: true }).click();
  await docs.getByRole('link', { name: 'Viewer', exact: true }).first().click();
  await docs.getByText('platformRoles').first().waitFor();
});

test('a visitor runs a saved operation without signing in', async () => {
  await job('Everyone', 'Newest offers with something left');
  const { data, errors } = await run();
  assert.equal(errors, undefined);
  assert.ok(data.offers.nodes.length > 0, 'the demo has offers');
  await shows('"totalCount"');
});

test('an administrator signs in, asks who they are, and signs out', async () => {
  await signIn('not the password');
  const words = await page.getByRole('banner').getByRole('alert').innerText();
  assert.ok(words.length > 10 && !/[{}_]/.test(words), `an error in words: ${words}`);
  await signIn();
  await signedIn().waitFor();

  await job('Everyone', 'Who am I?');
  const { data } = await run();
  const name = data.viewer.person.displayName;
  await shows(name);
  assert.ok((await signedIn().innerText()).includes(name));

  assert.equal(tokens.length, 2, 'an access token and a refresh token were given');
  await page.waitForTimeout(700); // GraphiQL stores its tabs after half a second
  const stored = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie]));
  for (const token of [...tokens, DEMO_PASSWORD]) assert.ok(!stored.includes(token), 'no secret is kept in the browser');

  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByLabel('E-mail').waitFor();
  await page.getByRole('region', { name: 'Operation Editor' }).locator('.monaco-editor').waitFor();
  assert.ok(!(await page.locator('body').innerText()).includes(name), 'signing out clears what was on the screen');
  await job('Everyone', 'Who am I?');
  assert.equal((await run()).data.viewer.person, null);
});

test('a member watches what is done as it happens', async () => {
  await signIn();
  await signedIn().waitFor();
  const opened = page.waitForEvent('websocket');
  await job('Member of an organisation', 'Watch what is done');
  await page.getByRole('button', { name: /^Execute query/ }).click();
  const socket = await opened;
  assert.ok(socket.url().endsWith('/graphql/ws'));
  const token = tokens.find((token) => token.split('.').length === 3);
  const headers = { 'Content-Type': 'application/json', Authorization: `Bearer ${token}` };
  const query = 'mutation { updateProfile(input: { phone: "01372 000000" }) { userErrors { message } } }';
  const told = shows('person.profile_updated');
  for (let tries = 0; tries < 5; tries++) {
    await fetch(`${BASE_URL}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query }) });
    if (await Promise.race([told.then(() => true), page.waitForTimeout(1000)])) break;
  }
  await told;
  await page.getByRole('button', { name: /^Stop/ }).click();
  if (!socket.isClosed()) await socket.waitForEvent('close');
});

test('everything fits and works on a phone', async () => {
  await open({ width: 360, height: 740 });
  const fits = () => page.evaluate(() => document.documentElement.scrollWidth <= innerWidth);
  assert.ok(await fits(), 'nothing sticks out at the side');
  await signIn();
  await signedIn().waitFor();
  await job('Everyone', 'Who am I?');
  const { data } = await run();
  await shows(data.viewer.person.displayName);
  assert.ok(await fits(), 'nothing sticks out after running');
});
