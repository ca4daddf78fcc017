// Loaded into every process of a rehearsal before its own code (`node --import`). It gives one machine what a network of
// containers has: names that lead to an address each, and every process alone on its address, so that all may listen on the
// same port.
import dns from 'node:dns';
import net from 'node:net';

/** @type {Record<string, string[]>} */
const addresses = JSON.parse(process.env.REHEARSAL_NAMES ?? '{}');
const own = process.env.REHEARSAL_ADDRESS;

const { lookup, resolve4, resolve6 } = dns;

/** @param {string} name @param {any} options @param {any} [callback] */
function namedLookup(name, options, callback) {
  const found = addresses[name];
  const done = callback ?? options;
  if (!found) return lookup(name, options, callback);
  // As a container engine's names do: the replicas take turns at being first.
  found.push(...found.splice(0, 1));
  const all = found.map((address) => ({ address, family: 4 }));
  process.nextTick(() => (options.all ? done(null, all) : done(null, found[0], 4)));
}

dns.lookup = /** @type {any} */ (namedLookup);
dns.resolve4 = /** @type {any} */ (
  (/** @type {string} */ name, /** @type {any} */ ...rest) =>
    addresses[name]
      ? process.nextTick(() => rest.at(-1)(null, addresses[name]))
      : Reflect.apply(resolve4, dns, [name, ...rest])
);
dns.resolve6 = /** @type {any} */ (
  (/** @type {string} */ name, /** @type {any} */ ...rest) =>
    addresses[name] ? process.nextTick(() => rest.at(-1)(null, [])) : Reflect.apply(resolve6, dns, [name, ...rest])
);

const { listen } = net.Server.prototype;
net.Server.prototype.listen = function listenAlone(/** @type {any[]} */ ...args) {
  const placed = args.map((argument) => {
    if (argument === '0.0.0.0') return own;
    return argument?.host === '0.0.0.0' ? { ...argument, host: own } : argument;
  });
  return Reflect.apply(listen, this, placed);
};
