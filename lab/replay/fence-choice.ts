// Owns the choice of who sends a fence to whom, so that what it is to prove is proved. Pure: it reads names, nothing is
// sent. Invariant: a fence has a sender that has a name, and a receiver that the sender can pick.

/** What of a client the choice needs. */
export interface FenceClient {
  /** The host's. */
  readonly name: string;
  /** The name under which others can reach it; null when it has none. */
  readonly username: string | null;
  /** Whom it can pick. */
  readonly names: readonly string[];
}

export interface FenceOf<Client> {
  readonly sender: Client;
  readonly receiver: Client;
}

/**
 * Who is to whisper to a client so that nothing before it can be overlooked: one of the step's actors, since a
 * connection's messages are handled in order; else anybody else with a name; else the client itself.
 *
 * @param actors - Hosts whose users acted, the most wanted first.
 */
export function chooseFence<Client extends FenceClient>(
  clients: Iterable<Client>,
  receiver: Client,
  actors: readonly string[],
): FenceOf<Client> | undefined {
  const { username } = receiver;
  if (username === null) return undefined;
  const able = namedOf(clients).filter(({ names }) => names.includes(username));
  const sender =
    able.find(({ name }) => actors.includes(name)) ?? able.find((client) => client !== receiver) ?? able[0];
  return sender === undefined ? undefined : { sender, receiver };
}

/** Who is to whisper so that the server has to log: one of the step's actors, else anybody with a name, to itself. */
export function chooseLogFence<Client extends FenceClient>(
  clients: Iterable<Client>,
  actors: readonly string[],
): FenceOf<Client> | undefined {
  const named = namedOf(clients);
  const sender = named.find(({ name }) => actors.includes(name)) ?? named[0];
  return sender === undefined ? undefined : { sender, receiver: sender };
}

/** The clients that have a name. */
export function namedOf<Client extends FenceClient>(clients: Iterable<Client>): readonly Client[] {
  return [...clients].filter(({ username }) => username !== null);
}
