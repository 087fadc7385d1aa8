/** One triangle that covers the canvas. */
const COVER = `#version 300 es
void main() {
  gl_Position = vec4(gl_VertexID == 1 ? 3. : -1., gl_VertexID == 2 ? 3. : -1., 0., 1.);
}`;

/** The tables are one texture of 256 columns: the upper half for fills, the lower for outlines, and
 * the last row for the values of maps. */
const LOOK_UP = `
uniform highp usampler2D bits;
uniform sampler2D table;

vec4 fillOf(uint masks) {
  return texelFetch(table, ivec2(masks & 255u, masks >> 8), 0);
}

vec4 edgeOf(uint masks) {
  uint lower = uint(textureSize(table, 0).y / 2);
  return texelFetch(table, ivec2(masks & 255u, lower + (masks >> 8)), 0);
}

vec4 rampOf(uint value) {
  return texelFetch(table, ivec2(int(value), textureSize(table, 0).y - 1), 0);
}`;

const COMPOSE = `#version 300 es
precision highp float;
precision highp int;
${LOOK_UP}
uniform highp usampler2D edges, map;
uniform bool outlined, mapped;
out vec4 colour;

void main() {
  ivec2 here = ivec2(gl_FragCoord.xy);
  vec4 edge = outlined ? edgeOf(texelFetch(edges, here, 0).r) : vec4(0.);
  colour = edge.a > 0. ? edge : fillOf(texelFetch(bits, here, 0).r);
  if (mapped && colour.a == 0.) colour = rampOf(texelFetch(map, here, 0).r);
}`;

const DRAW = `#version 300 es
precision highp float;
precision highp int;
${LOOK_UP}
uniform sampler2D picture, overlay;
uniform vec2 size, corner, zoom;
uniform float canvasHeight, strength, lineWidth;
out vec4 colour;

const vec3 SURROUND = vec3(17., 20., 23.) / 255.;

vec2 imagePoint(vec2 canvasPoint) {
  return (canvasPoint - corner) / zoom;
}

bool isInside(vec2 point) {
  return all(greaterThanEqual(point, vec2(0.))) && all(lessThan(point, size));
}

uint masksAt(vec2 canvasPoint) {
  vec2 point = imagePoint(canvasPoint);
  return isInside(point) ? texelFetch(bits, ivec2(point), 0).r : 0u;
}

void main() {
  vec2 here = vec2(gl_FragCoord.x, canvasHeight - gl_FragCoord.y);
  vec2 point = imagePoint(here);
  vec3 base = texture(picture, point / size).rgb;
  vec4 over = texture(overlay, point / size) * strength;
  if (!isInside(point)) {
    colour = vec4(SURROUND, 1.);
    return;
  }
  if (lineWidth > 0.) {
    uint around = masksAt(here + vec2(lineWidth, 0.)) & masksAt(here - vec2(lineWidth, 0.))
                & masksAt(here + vec2(0., lineWidth)) & masksAt(here - vec2(0., lineWidth));
    vec4 edge = edgeOf(masksAt(here) & ~around);
    if (edge.a > 0.) over = edge;
  }
  colour = vec4(base * (1. - over.a) + over.rgb, 1.);
}`;

/** Vertex and fragment shader of each program. */
export const PROGRAMS = { compose: [COVER, COMPOSE], draw: [COVER, DRAW] };
