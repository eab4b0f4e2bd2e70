// Owns the matrix page's life: reads the matrix from the document and draws it once. It must not know how anything looks.

import { render } from "preact";
import type { MatrixResult } from "../../matrix-result.ts";
import { tellTotal } from "../../matrix-words.ts";
import { MatrixView } from "./matrix-view.tsx";

const root = document.getElementById("page");
const data = document.getElementById("data");
if (root === null || data === null) throw new Error("the matrix has no place to be drawn");
// Written by the lab that wrote this script too; nothing else can stand there.
const result = JSON.parse(data.textContent ?? "") as MatrixResult;
document.title = `${tellTotal(result)} \u00b7 Howdy Lab`;
render(<MatrixView result={result} />, root);
