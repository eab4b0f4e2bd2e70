// Owns where hand-ins are built and run: images of an engine, and a bed a lane that its hand-ins have one after the other. It
// must not know how hand-ins are judged. Invariant: however the lab ends, no image of a hand-in and no bed outlives it, and
// while it grades there are hardly more images than lanes.

import { randomBytes } from "node:crypto";
import { LabBrowser } from "../browser/lab-browser.ts";
import type { Built, CasesWish, Workshop } from "../grade/grade-hand-in.ts";
import type { Rubric } from "../grade/rubric.ts";
import { ProgramMissingError, type ProgramSource } from "../hosts/program-source.ts";
import { laneSubnet } from "../hosts/subnet.ts";
import type { Role, Topology } from "../hosts/topology.ts";
import { type Implementation, tellImplementation } from "../implementation/implementation.ts";
import { BedUnavailableError } from "../machine/bed-unavailable.ts";
import { connectEngine, type Engine, statusOf } from "../machine/engine.ts";
import { haveProgramImage } from "../machine/images.ts";
import { buildLimited, tellUnlimitedBuilds } from "../machine/limited-build.ts";
import { type Reaper, startReaper } from "../machine/reaper.ts";
import { SpentImages } from "../machine/spent-images.ts";
import { labCommand } from "../own-command.ts";
import { systemClock } from "../replay/pulse.ts";
import { REPORT_FILES } from "../report/report-files.ts";
import { ReportFolder } from "../result/folder.ts";
import type { ReportData } from "../result/report-data.ts";
import type { Renderer } from "../result/run-event.ts";
import { confirming } from "../run/repetition.ts";
import { runScenarios } from "../run/run.ts";
import { type BedWish, type ChangingBed, openChangingBed, openTestBed } from "../testbed/choose.ts";
import type { TestBed } from "../testbed/testbed.ts";
import type { GradeArguments } from "./arguments.ts";
import { PROTOCOLS, wireOf } from "./protocol.ts";
import { REPOSITORY } from "./repository.ts";

const RUN_ID_BYTES = 4;
const SEED = 1;

/** Several hand-ins at once would draw over each other; who grades tells how they get on. */
const SILENT: Renderer = { take: () => {} };

export interface WorkshopOptions {
  readonly args: GradeArguments;
  readonly rubric: Rubric;
  readonly topology: Topology;
  /** The other side. */
  readonly partner: Implementation;
  readonly say: (line: string) => void;
}

export class GradeWorkshop implements Workshop, AsyncDisposable {
  readonly #options: WorkshopOptions;
  readonly #runId = randomBytes(RUN_ID_BYTES).toString("hex");
  readonly #browser = new LabBrowser();
  readonly #beds = new Map<number, ChangingBed>();
  /** Undefined where hand-ins run without one. */
  readonly #engine: Engine | undefined;
  readonly #images: SpentImages | undefined;
  readonly #reaper: Reaper | undefined;
  readonly #partnerImage: string | undefined;
  readonly #imageName = `howdy-lab/hand-in-${this.#runId}`;
  #builds = 0;
  #description = "";

  private constructor(options: WorkshopOptions, engine: Engine | undefined, partnerImage: string | undefined) {
    this.#options = options;
    this.#engine = engine;
    this.#partnerImage = partnerImage;
    if (engine === undefined) return;
    this.#images = new SpentImages(engine.docker, this.#runId);
    this.#reaper = startReaper(engine.address);
    this.#reaper.watchContainers(this.#runId);
  }

  /** Rejects where the bed cannot be had: BedUnavailableError, ProgramMissingError. */
  static async open(options: WorkshopOptions): Promise<GradeWorkshop> {
    if (options.args.testbed !== "docker") return new GradeWorkshop(options, undefined, undefined);
    const engine = await connectEngine();
    const unlimited = await tellUnlimitedBuilds(engine.docker);
    if (unlimited !== undefined) options.say(unlimited);
    const image = await haveProgramImage(engine.docker, options.partner.source, options.say);
    return new GradeWorkshop(options, engine, image);
  }

  /** Of the first bed that was opened; empty where none was. */
  get description(): string {
    return this.#description;
  }

  async build(
    { source }: Implementation,
    { signal, hear }: { readonly signal: AbortSignal; readonly hear: (line: string) => void },
  ): Promise<Built> {
    const { image } = source;
    if (this.#engine === undefined || this.#images === undefined) return { kind: "built", image: null };
    if (image === undefined) return { kind: "failed", why: "its file names no dockerfile under run" };
    if (image.kind === "image") return { kind: "built", image: image.name };
    const { docker } = this.#engine;
    this.#builds += 1;
    const number = this.#builds;
    const name = `${this.#imageName}:${number}`;
    const onLayer = (layer: string | null): void => this.#reaper?.watchBuild(number, layer);
    const how = { limits: this.#options.rubric.build, runId: this.#runId, signal, hear, onLayer };
    const end = await this.#images.whileNoneIsRemoved(() => buildLimited(docker, { ...image, image: name }, how));
    return end.kind === "built" ? { kind: "built", image: name } : end;
  }

  async runCases(wish: CasesWish): Promise<ReportData> {
    const { args, rubric, topology, partner } = this.#options;
    const { implementation, done, isWanted, onDone, signal } = wish;
    const pair =
      rubric.role === "server"
        ? { server: implementation, client: partner }
        : { server: partner, client: implementation };
    const lent = await this.#lend(wish);
    try {
      const { report } = await runScenarios({
        bed: lent.bed,
        client: "headless",
        browser: this.#browser,
        scenarios: rubric.scenarios,
        folder: await ReportFolder.at(wish.reportPath),
        reports: REPORT_FILES,
        renderer: SILENT,
        timeoutMs: args.timeoutMs,
        repetition: confirming(args.confirm),
        asksStandstill: rubric.role,
        done,
        onDone,
        isWanted,
        command: labCommand(`--${rubric.role}`, implementation.file),
        keep: false,
        // The same faults for every hand-in.
        seed: SEED,
        clock: systemClock,
        signal,
        writtenAddresses: new Map(topology.hosts.map(({ name, address }) => [name, address])),
        pair,
      });
      return report;
    } catch (fault) {
      await this.#dropBed(wish.lane);
      throw fault;
    } finally {
      await lent.giveBack();
      // One that the rubric names is the course's.
      if (wish.image?.startsWith(this.#imageName) === true) this.#images?.add(wish.image);
    }
  }

  isOfTheBed(fault: unknown): boolean {
    if (fault instanceof BedUnavailableError || fault instanceof ProgramMissingError) return true;
    return statusOf(fault) !== undefined || (fault instanceof Error && "code" in fault);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#beds.keys()].map((lane) => this.#dropBed(lane)));
    await this.#browser[Symbol.asyncDispose]();
    await this.#images?.end();
    this.#reaper?.dismiss();
  }

  /** The lane's bed with a hand-in's program on it; without an engine a bed of its own. */
  async #lend(wish: CasesWish): Promise<{ readonly bed: TestBed; readonly giveBack: () => Promise<void> }> {
    const { role } = this.#options.rubric;
    const { image, implementation, lane } = wish;
    if (image === null) {
      const bed = await openTestBed(this.#bedWish(wish));
      this.#description ||= bed.description;
      return { bed, giveBack: async () => await bed[Symbol.asyncDispose]() };
    }
    const changing = this.#beds.get(lane) ?? (await openChangingBed(this.#bedWish(wish)));
    this.#beds.set(lane, changing);
    this.#description ||= changing.bed.description;
    const { partner } = this.#options;
    const own = { image, limits: implementation.source.limits };
    const other = { image: this.#partnerImage ?? "", limits: partner.source.limits };
    changing.serve(role === "server" ? { server: own, client: other } : { server: other, client: own });
    return { bed: changing.bed, giveBack: async () => {} };
  }

  #bedWish({ image, implementation, lane }: CasesWish): BedWish {
    const { args, partner, rubric, say, topology } = this.#options;
    const own = ready(implementation, image);
    const other = ready(partner, this.#partnerImage ?? null);
    const programs: Record<Role, ProgramSource> =
      rubric.role === "server" ? { server: own, client: other } : { server: other, client: own };
    return {
      kind: args.testbed,
      topology,
      repository: REPOSITORY,
      programs,
      protocol: wireOf(PROTOCOLS),
      wire: args.wire,
      subnet: laneSubnet(args.subnet ?? topology.subnet, lane),
      onProgress: say,
    };
  }

  async #dropBed(lane: number): Promise<void> {
    const changing = this.#beds.get(lane);
    this.#beds.delete(lane);
    await changing?.bed[Symbol.asyncDispose]();
  }
}

/** A program whose image is there. */
function ready(implementation: Implementation, image: string | null): ProgramSource {
  const { source } = implementation;
  if (image === null) return source;
  return { ...source, name: tellImplementation(implementation), image: { kind: "image", name: image } };
}
