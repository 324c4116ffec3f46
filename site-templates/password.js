(() => {
  // What the password becomes: PBKDF2-HMAC-SHA-256 over this link's salt, 128 bits. The server knows it as the end of a
  // path, and nothing else of the password.
  const own = location.origin + location.pathname.replace(/\/[0-9a-f]{32}$/i, '').replace(/\/+$/, '');
  const again = document.getElementById('again');
  if (again) {
    again.href = own + location.search;
    again.hidden = false;
    return;
  }
  const form = document.getElementById('gate');
  const field = document.getElementById('password');
  const working = document.getElementById('working');
  const unable = document.getElementById('unable');
  const show = (busy) => {
    working.hidden = !busy;
    form.querySelector('button').disabled = busy;
    field.readOnly = busy;
  };
  if (!(window.crypto && crypto.subtle && window.TextEncoder)) {
    unable.hidden = false;
    return;
  }
  form.hidden = false;
  field.focus();
  const token = async () => {
    const text = new TextEncoder().encode(field.value.normalize('NFKC'));
    const key = await crypto.subtle.importKey('raw', text, 'PBKDF2', false, ['deriveBits']);
    const salt = Uint8Array.from(form.dataset.salt.match(/../g), (pair) => parseInt(pair, 16));
    const bits = await crypto.subtle.deriveBits(
      { name: 'PBKDF2', hash: 'SHA-256', salt, iterations: Number(form.dataset.rounds) }, key, 128);
    return Array.from(new Uint8Array(bits), (byte) => byte.toString(16).padStart(2, '0')).join('');
  };
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    show(true);
    try {
      location.assign(own + '/' + await token() + location.search);
    } catch {
      show(false);
      unable.hidden = false;
    }
  });
  // A page that comes back from the browser's memory is as it was left.
  addEventListener('pageshow', () => show(false));
})();
