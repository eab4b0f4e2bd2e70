// Owns what a file is that renders what was run, beside result.json. Types only. It must not know what is rendered, or how.

export interface ReportFile<Data> {
  readonly name: string;
  render(data: Data): Promise<string>;
}
