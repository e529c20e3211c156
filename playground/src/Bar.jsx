import { useState } from 'react';
import { signIn, signOut, useSession } from './api.js';

const words = (role) => role.toLowerCase().replaceAll('_', ' ');

export function Bar() {
  const { session, notice } = useSession();
  const [error, setError] = useState('');
  const [busy, setBusy] = useState(false);

  async function submit(event) {
    event.preventDefault();
    const form = event.currentTarget;
    const { email, password } = form.elements;
    setBusy(true);
    setError('');
    try {
      await signIn(email.value.trim(), password.value);
    } catch (problem) {
      setError(problem.message);
      password.focus();
    } finally {
      password.value = '';
      setBusy(false);
    }
  }

  return (
    <header className="bar">
      <h1>
        Social Value Marketplace <span>playground</span>
      </h1>
      {session ? (
        <div className="who">
          <p role="status">
            Signed in as <strong>{session.name}</strong>
            {session.roles.length > 0 && <> ({session.roles.map(words).join(', ')})</>}
          </p>
          <button type="button" onClick={signOut}>
            Sign out
          </button>
        </div>
      ) : (
        <form onSubmit={submit} aria-label="Sign in">
          <label>
            <span>E-mail</span>
            <input name="email" type="email" autoComplete="username" required />
          </label>
          <label>
            <span>Password</span>
            <input name="password" type="password" autoComplete="current-password" required />
          </label>
          <button type="submit" disabled={busy}>
            {busy ? 'Signing in …' : 'Sign in'}
          </button>
        </form>
      )}
      {!session && (error || notice) && (
        <p role="alert" className="problem">
          {error || notice}
        </p>
      )}
    </header>
  );
}
