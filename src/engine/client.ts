import Docker from 'dockerode';
import { Agent } from 'node:http';
import { Agent as SecureAgent } from 'node:https';
import { dialAgent } from './dial';
import type { Endpoint } from './endpoint';

// The only file that holds dockerode: a bundle of its own, read when an engine is first talked to.

/** A client of an engine; connecting happens with the first request. */
export function makeClient({ transport }: Endpoint): Docker {
  // Said outright, since dockerode fills what is left out from DOCKER_HOST and its kin, which are resolved already.
  const nothing = { host: undefined, port: undefined, socketPath: undefined, ca: undefined, cert: undefined, key: undefined, timeout: undefined };
  return withoutEnvironment(() => {
    switch (transport.kind) {
      case 'socket':
        return new Docker({ ...nothing, protocol: 'http', socketPath: transport.path, agent: new Agent({ keepAlive: false }) } as Docker.DockerOptions);
      case 'dial':
        return new Docker({ ...nothing, protocol: 'http', host: 'docker.invalid', port: 80, agent: dialAgent(transport.command) } as Docker.DockerOptions);
      case 'tcp': {
        const { host, port, tls } = transport;
        if (tls === undefined) return new Docker({ ...nothing, protocol: 'http', host, port, agent: new Agent({ keepAlive: false }) } as Docker.DockerOptions);
        const { ca, cert, key } = tls;
        const agent = new SecureAgent({ keepAlive: false, rejectUnauthorized: tls.verify, ...(ca === undefined ? {} : { ca }), ...(cert === undefined ? {} : { cert }), ...(key === undefined ? {} : { key }) });
        return new Docker({ ...nothing, protocol: 'https', host, port, agent } as Docker.DockerOptions);
      }
    }
  });
}

/** dockerode reads the environment when it is made, and fails for a DOCKER_HOST that it can't read, even when it is told the host. */
function withoutEnvironment<T>(make: () => T): T {
  const kept = ['DOCKER_HOST', 'DOCKER_CERT_PATH', 'DOCKER_TLS_VERIFY', 'DOCKER_CLIENT_TIMEOUT'].map(name => [name, process.env[name]] as const);
  for (const [name] of kept) delete process.env[name];
  try {
    return make();
  } finally {
    for (const [name, value] of kept) if (value !== undefined) process.env[name] = value;
  }
}
