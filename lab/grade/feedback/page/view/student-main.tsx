// Owns the life of a student's page: draws the grade, and where cases were run, the report below it. It must not know how
// anything looks.

import { render } from "preact";
import type { StudentData } from "../../hand-in.ts";
import { tellPoints } from "../../student-view.ts";
import { StudentGrade } from "./student-view.tsx";

const root = document.getElementById("grade");
const data = document.getElementById("data");
if (root === null || data === null) throw new Error("the grade has no place to be drawn");
// Written by the lab that wrote this script too; nothing else can stand there.
const { grade, result } = JSON.parse(data.textContent ?? "") as StudentData;
render(<StudentGrade grade={grade} />, root);
const title = `${grade.name}: ${tellPoints(grade.view.score)} of ${tellPoints(grade.view.points)} · Howdy Lab`;
void drawReport();

async function drawReport(): Promise<void> {
  // The report's page draws itself from the same data.
  if (result !== undefined) await import("../../../../report/page/view/main.tsx");
  document.title = title;
}
