// A destination behind the gateway, in Express. jose verifies the gateway's assertion; requests without one are rejected.
import express from "express";
import { createRemoteJWKSet, jwtVerify } from "jose";

const keys = createRemoteJWKSet(new URL(process.env.ASSERTION_JWKS), { cacheMaxAge: 300_000 });
const expected = {
  issuer: process.env.ASSERTION_ISSUER,
  audience: process.env.ASSERTION_AUDIENCE,
  algorithms: ["ES256", "EdDSA"],
  clockTolerance: 5,
};

const app = express();
app.use(async (request, response, next) => {
  try {
    const { payload } = await jwtVerify(request.get("X-Auth-Assertion") ?? "", keys, expected);
    request.caller = payload;
  } catch {
    response.status(401).json({ error: "no valid assertion" });
    return;
  }
  next();
});
app.get("/{*path}", (request, response) => {
  const { sub, scope, roles } = request.caller;
  response.json({ subject: sub, scopes: scope?.split(" ") ?? [], roles: roles ?? [] });
});
app.listen(Number(process.env.PORT ?? 3000), "127.0.0.1");
