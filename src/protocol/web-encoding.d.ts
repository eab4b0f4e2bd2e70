// The only two things of the platform that the protocol may use. They are declared here, and not taken from
// Node's or a browser's types, so that nothing else of either can slip in (see tsconfig.json beside this file).
declare class TextEncoder {
  encode(text: string): Uint8Array<ArrayBuffer>;
  encodeInto(text: string, target: Uint8Array): { readonly read: number; readonly written: number };
}
declare class TextDecoder {
  constructor(label: "utf-8", options?: { readonly fatal?: boolean; readonly ignoreBOM?: boolean });
  decode(bytes: Uint8Array): string;
}
