/** Where a download comes from, and how that is shown: no message has anything that may be secret. */
import { describe } from '../../core/describe';

/** A file to be fetched. */
export interface RemoteFile {
  /** where it is; without user and password, which `fetch` takes in no URL */
  readonly url: URL;
  /** user and password, where the base has them */
  readonly headers: Readonly<Record<string, string>>;
  /** the URL in messages: without user and password, and without the query, which may be a key */
  readonly shown: string;
}

const HIDDEN = '…';

/** What is not a URL may hold a password all the same. */
const withoutSecrets = (text: string): string =>
  text.replace(/[?#].*$/s, `?${HIDDEN}`).replace(/[^/\s]*@/g, `${HIDDEN}@`);

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

/**
 * A file directly under a base URL, whose query goes with it.
 *
 * @param file its name
 * @param base the URL, with user and password where the server asks for them
 * @throws Error when the base is not a URL
 */
export function remoteFile(file: string, base: string): RemoteFile {
  const url = URL.canParse(base) ? new URL(base) : undefined;
  if (url === undefined || !url.pathname.startsWith('/'))
    throw new Error(`baseUrl is ${describe(withoutSecrets(base))}, which is not a URL`);
  const { username, password } = url;
  url.username = '';
  url.password = '';
  url.hash = '';
  url.pathname = `${url.pathname.replace(/\/$/, '')}/${file}`;
  const { search } = url;
  const plain = new URL(url);
  plain.search = '';
  const credentials = Buffer.from(`${decoded(username)}:${decoded(password)}`).toString('base64');
  return {
    url,
    headers: username === '' && password === '' ? {} : { authorization: `Basic ${credentials}` },
    shown: `${plain.href}${search === '' ? '' : `?${HIDDEN}`}`,
  };
}
