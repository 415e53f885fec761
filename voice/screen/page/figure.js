// The figure: a person of lines, who moves from one position to the next.
//
// poses.json has the angle of each bone in each position (degrees, 0 to the right, 90 up), where the
// middle of the hips is (y upwards from the floor), and half the width of hips and shoulders, which is
// 0 where the person is seen from the side. Angles are eased, not points: limbs keep their length.

const SVG = "http://www.w3.org/2000/svg";
const FLOOR = 300;
const SECONDS = 1.6;
const LIMBS = { arm: ["upperArm", "forearm"], leg: ["thigh", "shin", "foot"] };
const FROM_THE_SIDE = ["far arm", "far leg", "body", "near leg", "near arm"];
const FROM_THE_FRONT = ["far leg", "near leg", "body", "far arm", "near arm"];
const STILL = matchMedia("(prefers-reduced-motion: reduce)");

const eased = (t) => (t < 0.5 ? 4 * t ** 3 : 1 - (2 - 2 * t) ** 3 / 2);
const between = (from, to, t) => from + (to - from) * t;

function along([x, y], degrees, length) {
  const angle = (degrees * Math.PI) / 180;
  return [x + length * Math.cos(angle), y + length * Math.sin(angle)];
}

const onScreen = ([x, y]) => `${x.toFixed(1)} ${(FLOOR - y).toFixed(1)}`;
const line = (points) => `M${points.map(onScreen).join("L")}`;

function blend(from, to, t) {
  if (Array.isArray(from)) return from.map((value, i) => blend(value, to[i], t));
  if (typeof from === "number") return between(from, to, t);
  return Object.fromEntries(Object.keys(from).map((key) => [key, blend(from[key], to[key], t)]));
}

/** The same position with the other side at work. */
const mirrored = ({ near, far, works, ...rest }) => ({
  ...rest,
  near: far,
  far: near,
  works: works.map((limb) => (limb.startsWith("near") ? limb.replace("near", "far") : limb.replace("far", "near"))),
});

export class Figure {
  #svg;
  #poses;
  #lengths;
  #parts = {};
  #shown = null;
  #frame = 0;
  #name = "";

  /** @param {SVGElement} svg drawn into @param {{poses: object, lengths: object}} drawing poses.json */
  constructor(svg, { poses, lengths }) {
    this.#svg = svg;
    this.#poses = poses;
    this.#lengths = lengths;
    for (const name of FROM_THE_SIDE) this.#parts[name] = this.#part(name);
  }

  /** Whether there is a drawing of that name. */
  knows(name) {
    return name in this.#poses;
  }

  /** Move to a position; `otherSide` lets the far side work instead of the near one. */
  show(name, otherSide) {
    const key = `${name} ${otherSide}`;
    if (key === this.#name) return;
    this.#name = key;
    this.#svg.dataset.figure = name;
    const { works, front = false, ...target } = otherSide ? mirrored(this.#poses[name]) : this.#poses[name];
    this.#svg.classList.toggle("front", front);
    for (const part of front ? FROM_THE_FRONT : FROM_THE_SIDE) this.#svg.append(this.#parts[part]);
    for (const [part, node] of Object.entries(this.#parts)) node.classList.toggle("works", works.includes(part));
    this.#moveTo(target);
  }

  #moveTo(target) {
    cancelAnimationFrame(this.#frame);
    const from = this.#shown;
    if (from === null || STILL.matches) {
      this.#draw(target);
      return;
    }
    const began = performance.now();
    const step = (now) => {
      const t = Math.min(1, Math.max(0, (now - began) / 1000 / SECONDS));
      this.#draw(blend(from, target, eased(t)));
      if (t < 1) this.#frame = requestAnimationFrame(step);
    };
    this.#frame = requestAnimationFrame(step);
  }

  /** A group of a wide line in the colour of the paper under the line itself: limbs stay apart. */
  #part(name) {
    const group = document.createElementNS(SVG, "g");
    group.setAttribute("class", `part ${name}`);
    const shapes = name === "body" ? ["path", "circle"] : ["path"];
    for (const layer of ["under", "over"]) {
      for (const shape of shapes) {
        const node = document.createElementNS(SVG, shape);
        node.setAttribute("class", layer);
        group.append(node);
      }
    }
    return group;
  }

  #draw(pose) {
    this.#shown = pose;
    this.#svg.setAttribute("viewBox", pose.view.join(" "));
    const shoulder = along(pose.hip, pose.torso, this.#lengths.torso);
    const across = (middle, half) => ({
      near: along(middle, pose.torso + 90, half),
      far: along(middle, pose.torso - 90, half),
    });
    const shoulders = across(shoulder, pose.shoulders);
    const hips = across(pose.hip, pose.hips);
    this.#drawLine("body", [shoulders.near, hips.near, hips.far, shoulders.far, shoulders.near]);
    const [x, y] = along(shoulder, pose.head, this.#lengths.neck);
    for (const head of this.#parts.body.querySelectorAll("circle")) {
      head.setAttribute("cx", x);
      head.setAttribute("cy", FLOOR - y);
      head.setAttribute("r", this.#lengths.head);
    }
    for (const side of ["near", "far"]) {
      this.#drawLine(`${side} arm`, this.#chain(shoulders[side], pose[side], LIMBS.arm));
      this.#drawLine(`${side} leg`, this.#chain(hips[side], pose[side], LIMBS.leg));
    }
  }

  #chain(start, angles, bones) {
    const points = [start];
    for (const bone of bones) points.push(along(points.at(-1), angles[bone], this.#lengths[bone]));
    return points;
  }

  #drawLine(part, points) {
    for (const path of this.#parts[part].querySelectorAll("path")) path.setAttribute("d", line(points));
  }
}
