// Owns the recorder of the docker bed: the image of its tap, and the tap on the run's bridge. It must not know hosts.
// Invariant: where packets were asked for by name there are packets, or no bed.

import { fileURLToPath } from "node:url";
import type Dockerode from "dockerode";
import { formatAddress, gatewayOf, parseCidr } from "../hosts/subnet.ts";
import { BedUnavailableError } from "../machine/bed-unavailable.ts";
import type { Engine } from "../machine/engine.ts";
import { haveImage } from "../machine/images.ts";
import { captureLabelsOf } from "../machine/run-labels.ts";
import type { WireProtocol } from "../protocol/wire-protocol.ts";
import type { WireWish } from "../wire/wire.ts";
import { bridgeDevice, containerTap } from "./container-tap.ts";
import { PacketRecorder } from "./packet-recorder.ts";
import { NOT_ASKED_FOR, NoRecorder, type WireListener, type WireRecorder } from "./recorder.ts";

/** The image that captures, or why there is none. */
export type CaptureImage =
  | { readonly kind: "image"; readonly tag: string; readonly isRequired: boolean }
  | { readonly kind: "none"; readonly why: string };

export interface BridgeRecorderOptions {
  readonly docker: Dockerode;
  readonly image: CaptureImage;
  readonly runId: string;
  readonly networkId: string;
  /** CIDR of the network. */
  readonly subnet: string;
  /** The report's name of each host, by its address. */
  readonly hosts: ReadonlyMap<string, string>;
  readonly protocol?: WireProtocol | undefined;
  readonly onWire?: WireListener | undefined;
}

const IMAGE = "howdy-lab/capture";
const DOCKERFILE = "Dockerfile.capture";
const DIRECTORY = fileURLToPath(new URL(".", import.meta.url));
/** Built in seconds where Debian's packages can be had; where they cannot, a run must not wait long for that. */
const BUILD_MS_MAX = 180_000;

/**
 * Makes sure that the image exists.
 *
 * @throws BedUnavailableError when packets were asked for by name and it cannot be built, or the relay was.
 */
export async function haveCaptureImage(
  engine: Engine,
  wish: WireWish,
  onProgress: (line: string) => void,
  directory = DIRECTORY,
): Promise<CaptureImage> {
  if (wish === "off") return { kind: "none", why: NOT_ASKED_FOR };
  if (wish === "relay") throw new BedUnavailableError("--wire relay: containers talk to each other without the lab");
  const image = { image: IMAGE, dockerfile: DOCKERFILE, directory, buildMsMax: BUILD_MS_MAX };
  try {
    return { kind: "image", tag: await haveImage(engine.docker, image, onProgress), isRequired: wish === "packets" };
  } catch (cause) {
    if (wish === "packets" || !(cause instanceof BedUnavailableError)) throw cause;
    return { kind: "none", why: `no packets could be captured: ${cause.message.split("\n", 1)[0]}` };
  }
}

/**
 * Begins to capture on a run's bridge. Where packets are not required it does not wait for the tap.
 *
 * @throws BedUnavailableError when they are, and the tap fails.
 */
export async function openBridgeRecorder(options: BridgeRecorderOptions): Promise<WireRecorder> {
  const { docker, hosts, image, networkId, onWire, protocol, runId, subnet } = options;
  if (image.kind === "none") return new NoRecorder(image.why);
  const device = bridgeDevice(networkId);
  const start = containerTap({
    docker,
    image: image.tag,
    name: `howdy-lab-${runId}-capture`,
    labels: captureLabelsOf(runId),
    place: { device, subnet, ...leaveOutGateway(subnet) },
  });
  const recorder = new PacketRecorder({ start, copies: 1, place: `the bridge ${device}`, hosts, protocol, onWire });
  if (!image.isRequired) return recorder;
  await recorder.ready;
  if (recorder.failure === null) return recorder;
  await recorder[Symbol.asyncDispose]();
  throw new BedUnavailableError(`--wire packets: ${recorder.failure}`);
}

/** The engine's machine is no host: browsers come from there to the clients' pages. */
function leaveOutGateway(subnet: string): { readonly leftOut?: string } {
  const parsed = parseCidr(subnet);
  return parsed.ok ? { leftOut: formatAddress(gatewayOf(parsed.value)) } : {};
}
