import { DW_AT, DW_FORM, DW_TAG } from './constants';
import type { Attribute } from './forms';
import type { Unit } from './unit';

/** A debugging information entry. Its attributes are read on first use; absent or damaged ones are undefined. */
export class Die {
  readonly unit: Unit;
  /** Of its first byte in the unit's section. */
  readonly offset: number;
  #read: ReturnType<Unit['readDie']> | undefined;
  #children: readonly Die[] | undefined;

  constructor(unit: Unit, offset: number) {
    this.unit = unit;
    this.offset = offset;
  }

  get #content(): ReturnType<Unit['readDie']> {
    return (this.#read ??= this.unit.readDie(this.offset));
  }

  get tag(): number {
    return this.#content.tag;
  }

  get children(): readonly Die[] {
    return (this.#children ??= this.#content.hasChildren ? this.unit.childrenOf(this) : []);
  }

  get parent(): Die | undefined {
    return this.unit.parentOf(this);
  }

  has(attribute: number): boolean {
    return this.#content.attributes.has(attribute);
  }

  /** The attribute as it is written. */
  raw(attribute: number): Attribute | undefined {
    return this.#content.attributes.get(attribute);
  }

  /** A flag. */
  flag(attribute: number): boolean {
    return this.raw(attribute)?.value === true;
  }

  /** A constant or offset that needs no table to be understood. */
  rawNumber(attribute: number): number | undefined {
    const value = this.raw(attribute)?.value;
    return typeof value === 'number' ? value : undefined;
  }

  /** A constant as a number (rounded beyond 2^53); undefined for expressions and references. */
  number(attribute: number): number | undefined {
    const value = this.raw(attribute)?.value;
    return typeof value === 'number' ? value : typeof value === 'bigint' ? Number(value) : undefined;
  }

  /** Text, through whichever string section its form names. */
  text(attribute: number): string | undefined {
    const raw = this.raw(attribute);
    return raw === undefined ? undefined : this.unit.data.text(raw, this.unit);
  }

  /** An address, through .debug_addr where its form is an index. */
  address(attribute: number): number | undefined {
    const raw = this.raw(attribute);
    if (raw === undefined || typeof raw.value !== 'number') return undefined;
    switch (raw.form) {
      case DW_FORM.addr: return raw.value;
      case DW_FORM.addrx: case DW_FORM.addrx1: case DW_FORM.addrx2: case DW_FORM.addrx3: case DW_FORM.addrx4: case DW_FORM.GNU_addr_index:
        return this.unit.data.addressAt(this.unit, raw.value);
      default: return undefined;
    }
  }

  /** The DIE that a reference leads to. */
  reference(attribute: number): Die | undefined {
    const raw = this.raw(attribute);
    return raw === undefined ? undefined : this.unit.resolve(raw);
  }

  /** DW_AT_type, or undefined for `void`. A member of an abstract instance keeps it there. */
  get type(): Die | undefined {
    return this.inherited(DW_AT.type)?.reference(DW_AT.type);
  }

  get name(): string | undefined {
    return this.inherited(DW_AT.name)?.text(DW_AT.name);
  }

  /** The DIE that has an attribute: this one, or the one it is an instance or the definition of (sections 2.13.2 and 3.3.8.2). */
  inherited(attribute: number): Die | undefined {
    let die: Die | undefined = this; // eslint-disable-line @typescript-eslint/no-this-alias
    // Ten: a concrete instance of an inlined definition of a declaration is three; a cycle must end.
    for (let steps = 0; die !== undefined && steps < 10; steps++) {
      if (die.has(attribute)) return die;
      die = die.reference(DW_AT.abstract_origin) ?? die.reference(DW_AT.specification);
    }
    return undefined;
  }

  /** The first declaration that this is an instance of: where the enclosing namespace or class is. */
  get origin(): Die {
    let die: Die = this; // eslint-disable-line @typescript-eslint/no-this-alias
    for (let steps = 0; steps < 10; steps++) {
      const next = die.reference(DW_AT.abstract_origin) ?? die.reference(DW_AT.specification);
      if (next === undefined) break;
      die = next;
    }
    return die;
  }

  /** Names of the namespaces and types around it, outermost first. */
  get enclosing(): string[] {
    const names: string[] = [];
    let die = this.origin.parent;
    for (let steps = 0; die !== undefined && steps < 64; steps++) {
      const { tag } = die;
      if (tag === DW_TAG.namespace || tag === DW_TAG.structure_type || tag === DW_TAG.class_type || tag === DW_TAG.union_type
        || tag === DW_TAG.enumeration_type) {
        names.unshift(die.name ?? (tag === DW_TAG.namespace ? '(anonymous namespace)' : '(anonymous)'));
      }
      die = die.parent;
    }
    return names;
  }

  /** The name with all that encloses it. */
  get qualifiedName(): string | undefined {
    const { name } = this;
    if (name === undefined) return undefined;
    const around = this.enclosing.filter(part => part !== '__1' && part !== '__2');
    return [...around, name].join('::');
  }
}
