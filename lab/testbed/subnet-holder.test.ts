import { expect, test } from "vitest";
import { remedy } from "./subnet-holder.ts";

const ELSEWHERE = "--subnet 10.8.0.0/23";

test.each(["bridge", "host", "none", "ingress"])("nobody is told to remove %s, which no engine would do", (Name) => {
  expect(remedy({ Name, Labels: {} }, [], ELSEWHERE)).toBe(`it is the engine's own, and stays: use ${ELSEWHERE}`);
});

test("a network is removed by name where nothing hangs on it, and where something does that goes first", () => {
  expect(remedy({ Name: "mine", Labels: {} }, [], ELSEWHERE)).toBe(
    `remove it with \`docker network rm mine\`, or use ${ELSEWHERE}`,
  );
  expect(remedy({ Name: "mine", Labels: {} }, ["a"], ELSEWHERE)).toBe(
    `use ${ELSEWHERE}, or end what hangs on it and then remove it`,
  );
});

test("a room of compose is ended by compose, also where its containers run", () => {
  const Labels = { "com.docker.compose.project": "room" };
  expect(remedy({ Name: "room_howdy", Labels }, ["a"], ELSEWHERE)).toContain("docker compose -p room down");
});
