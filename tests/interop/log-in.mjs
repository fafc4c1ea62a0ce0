// The browser in which alice logs in at oidc-provider.mjs: she follows every redirect until one leads to the client.
export const callback = 'http://127.0.0.1:9/callback';

// Returns the parameters of that redirect.
export async function logIn(address) {
  const cookies = new Map();
  for (let redirects = 0; redirects < 10; redirects++) {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(address, { redirect: 'manual', headers: { cookie } });
    for (const set of response.headers.getSetCookie()) {
      const [, name, value] = set.match(/^([^=]+)=([^;]*)/);
      cookies.set(name, value);
    }
    const next = response.headers.get('location');
    if (!next) throw new Error(`${address}: ${response.status} ${await response.text()}`);
    address = new URL(next, address);
    if (!address.href.startsWith(callback)) continue;
    if (!address.searchParams.get('code')) throw new Error(`There is no code in ${address}.`);
    return address.searchParams;
  }
  throw new Error('The provider redirects without end.');
}
