// Owns the life of a class's page: reads the class from the document and draws it once. It must not know how anything looks.

import { render } from "preact";
import type { ClassResult } from "../../../class-result.ts";
import { tellClass } from "../../class-groups.ts";
import { ClassView } from "./class-view.tsx";

const root = document.getElementById("page");
const data = document.getElementById("data");
if (root === null || data === null) throw new Error("the class has no place to be drawn");
// Written by the lab that wrote this script too; nothing else can stand there.
const result = JSON.parse(data.textContent ?? "") as ClassResult;
document.title = `${tellClass(result)} · Howdy Lab`;
render(<ClassView result={result} />, root);
