import { type SkipList, skipList } from './skip-list.ts'

const MESSAGES =
  'messages and enums of protobuf files of the tests, which policies can neither build nor read'
const EXTENSIONS = 'extension fields of protobuf messages'
const BLOCK = 'cel.block, which an optimizer writes and nobody else; Cerbos does not have it'
const KEYS = 'Cerbos 0.55 takes a map key of any type: `size({1.5: 2})` is 1'
const REPEATED = 'Cerbos 0.55 takes the last of several equal keys'
const OPTIONAL_FIELDS = 'Cerbos 0.55 gives `optional.none()` for a field of what has no fields'
const BEYOND_END = 'Cerbos 0.55 gives -1 for a search that begins beyond the end'
const NULLABLE = 'Cerbos 0.55 deduces `null`'

/** Tests of the CEL specification that have no meaning in a policy, or that Cerbos answers otherwise. */
// biome-ignore format: a table
export const CEL_SPEC_SKIPS: SkipList = skipList([
  {
    reason: MESSAGES,
    prefix: 'comparisons/eq_literal/',
    names: `
      not_eq_dyn_proto2_msg_null, not_eq_dyn_proto3_msg_null,
    `,
  },
  {
    reason: MESSAGES,
    prefix: 'comparisons/eq_wrapper/',
    names: `
      eq_bool_proto2_null, eq_bool_proto3_null, eq_bytes_proto2_null, eq_bytes_proto3_null,
      eq_double_proto2_null, eq_double_proto3_null, eq_float_proto2_null,
      eq_float_proto3_null, eq_int32_proto2_null, eq_int32_proto3_null, eq_int64_proto2_null,
      eq_int64_proto3_null, eq_proto2, eq_proto2_any_unpack_bytewise_fallback_equal,
      eq_proto2_any_unpack_bytewise_fallback_not_equal, eq_proto2_any_unpack_equal,
      eq_proto2_any_unpack_not_equal, eq_proto2_missing_fields_neq, eq_proto3,
      eq_proto3_any_unpack_bytewise_fallback_equal,
      eq_proto3_any_unpack_bytewise_fallback_not_equal, eq_proto3_any_unpack_equal,
      eq_proto3_any_unpack_not_equal, eq_proto3_missing_fields_neq, eq_proto_different_types,
      eq_proto_nan_equal, eq_string_proto2_null, eq_string_proto3_null, eq_uint32_proto2_null,
      eq_uint32_proto3_null, eq_uint64_proto2_null, eq_uint64_proto3_null,
    `,
  },
  {
    reason: MESSAGES,
    prefix: 'comparisons/ne_literal/',
    names: `
      ne_proto2, ne_proto2_any_unpack, ne_proto2_any_unpack_bytewise_fallback,
      ne_proto2_missing_fields_neq, ne_proto3, ne_proto3_any_unpack,
      ne_proto3_any_unpack_bytewise_fallback, ne_proto3_missing_fields_neq,
      ne_proto_different_types, ne_proto_nan_not_equal,
    `,
  },
  {
    reason: MESSAGES,
    prefix: 'dynamic/any/',
    names: `
      field_assign_proto2, field_assign_proto3, field_read_proto2, field_read_proto3, literal,
      var,
    `,
  },
  {
    reason: MESSAGES,
    prefix: 'dynamic/bool/',
    names: `
      field_assign_proto2, field_assign_proto2_false, field_assign_proto3,
      field_assign_proto3_false, var,
    `,
  },
  {
    reason: MESSAGES,
    prefix: 'dynamic/bytes/',
    names: `
      field_assign_proto2, field_assign_proto2_empty, field_assign_proto3,
      field_assign_proto3_empty, var,
    `,
  },
  {
    reason: MESSAGES,
    prefix: 'dynamic/complex/',
    names: `
      any_list_map,
    `,
  },
  {
    reason: MESSAGES,
    prefix: 'dynamic/double/',
    names: `
      field_assign_proto2, field_assign_proto2_range, field_assign_proto2_zero,
      field_assign_proto3, field_assign_proto3_range, field_assign_proto3_zero,
      field_read_proto2, field_read_proto2_unset, field_read_proto2_zero, field_read_proto3,
      field_read_proto3_unset, field_read_proto3_zero, var,
    `,
  },
  {
    reason: MESSAGES,
    prefix: 'dynamic/float/',
    names: `
      field_assign_proto2, field_assign_proto2_range, field_assign_proto2_round_to_zero,
      field_assign_proto2_subnorm, field_assign_proto2_subnorm#2, field_assign_proto2_zero,
      field_assign_proto3, field_assign_proto3_range, field_assign_proto3_round_to_zero,
      field_assign_proto3_zero, field_read_proto2, field_read_proto2_unset,
      field_read_proto2_zero, field_read_proto3, field_read_proto3_unset,
      field_read_proto3_zero, var,
    `,
  },
  {
    reason: MESSAGES,
    prefix: 'dynamic/int32/',
    names: `
      field_assign_proto2, field_assign_proto2_max, field_assign_proto2_min,
      field_assign_proto2_range, field_assign_proto2_zero, field_assign_proto3,
      field_assign_proto3_max, field_assign_proto3_min, field_assign_proto3_range,
      field_assign_proto3_zero, field_read_proto2, field_read_proto2_unset,
      field_read_proto2_zero, field_read_proto3, field_read_proto3_unset,
      field_read_proto3_zero, var,
    `,
  },
  {
    reason: MESSAGES,
    prefix: 'dynamic/int64/',
    names: `
      field_assign_proto2, field_assign_proto2_zero, field_assign_proto3,
      field_assign_proto3_zero, var,
    `,
  },
  {
    reason: MESSAGES,
    prefix: 'dynamic/list/',
    names: `
      field_assign_proto2, field_assign_proto2_empty, field_assign_proto3,
      field_assign_proto3_empty, field_read_proto2, field_read_proto2_empty,
      field_read_proto2_unset, field_read_proto3, field_read_proto3_empty,
      field_read_proto3_unset, var,
    `,
  },
  {
    reason: MESSAGES,
    prefix: 'dynamic/string/',
    names: `
      field_assign_proto2, field_assign_proto2_empty, field_assign_proto3,
      field_assign_proto3_empty, var,
    `,
  },
  {
    reason: MESSAGES,
    prefix: 'dynamic/struct/',
    names: `
      field_assign_proto2, field_assign_proto2_bad, field_assign_proto2_empty,
      field_assign_proto3, field_assign_proto3_bad, field_assign_proto3_empty,
      field_read_proto2, field_read_proto2_empty, field_read_proto2_unset, field_read_proto3,
      field_read_proto3_empty, field_read_proto3_unset, var,
    `,
  },
  {
    reason: MESSAGES,
    prefix: 'dynamic/uint32/',
    names: `
      field_assign_proto2, field_assign_proto2_max, field_assign_proto2_range,
      field_assign_proto2_zero, field_assign_proto3, field_assign_proto3_max,
      field_assign_proto3_range, field_assign_proto3_zero, field_read_proto2,
      field_read_proto2_unset, field_read_proto2_zero, var,
    `,
  },
  {
    reason: MESSAGES,
    prefix: 'dynamic/uint64/',
    names: `
      field_assign_proto2, field_assign_proto2_zero, field_assign_proto3,
      field_assign_proto3_zero, field_read_proto2, field_read_proto2_unset,
      field_read_proto2_zero, var,
    `,
  },
  {
    reason: MESSAGES,
    prefix: 'dynamic/value_bool/',
    names: `
      field_assign_proto2, field_assign_proto2_false, field_assign_proto3,
      field_assign_proto3_false, field_read_proto2, field_read_proto2_false,
      field_read_proto3, field_read_proto3_false, var,
    `,
  },
  {
    reason: MESSAGES,
    prefix: 'dynamic/value_list/',
    names: `
      field_assign_proto2, field_assign_proto2_empty, field_assign_proto3,
      field_assign_proto3_empty, field_read_proto2, field_read_proto2_empty,
      field_read_proto3, field_read_proto3_empty, var,
    `,
  },
  {
    reason: MESSAGES,
    prefix: 'dynamic/value_null/',
    names: `
      field_assign_proto2, field_assign_proto3, field_read_proto2, field_read_proto2_unset,
      field_read_proto3, field_read_proto3_unset, literal_no_field_access, var,
    `,
  },
  {
    reason: MESSAGES,
    prefix: 'dynamic/value_number/',
    names: `
      field_assign_proto2, field_assign_proto2_zero, field_assign_proto3,
      field_assign_proto3_zero, field_read_proto2, field_read_proto2_zero, field_read_proto3,
      field_read_proto3_zero, var,
    `,
  },
  {
    reason: MESSAGES,
    prefix: 'dynamic/value_string/',
    names: `
      field_assign_proto2, field_assign_proto2_empty, field_assign_proto3,
      field_assign_proto3_empty, field_read_proto2, field_read_proto2_zero, field_read_proto3,
      field_read_proto3_zero, var,
    `,
  },
  {
    reason: MESSAGES,
    prefix: 'dynamic/value_struct/',
    names: `
      field_assign_proto2, field_assign_proto2_empty, field_assign_proto3,
      field_assign_proto3_empty, field_read_proto2, field_read_proto2_empty,
      field_read_proto3, field_read_proto3_empty, var,
    `,
  },
  {
    reason: MESSAGES,
    prefix: 'enums/legacy_proto2/',
    names: `
      access_repeated_enum, arithmetic, assign_repeated_enum, assign_standalone_int,
      assign_standalone_int_too_big, assign_standalone_int_too_neg, assign_standalone_name,
      comparison, enum_as_int, field_type, list_enum_as_list_int, literal_global, literal_nested,
      literal_zero, select_default, type_global, type_nested,
    `,
  },
  {
    reason: MESSAGES,
    prefix: 'enums/legacy_proto3/',
    names: `
      access_repeated_enum, arithmetic, assign_repeated_enum, assign_standalone_int,
      assign_standalone_int_big, assign_standalone_int_neg, assign_standalone_int_too_big,
      assign_standalone_int_too_neg, assign_standalone_name, comparison, enum_as_int, field_type,
      list_enum_as_list_int, literal_global, literal_nested, literal_zero, select, select_big,
      select_default, select_neg, type_global, type_nested,
    `,
  },
  {
    reason: MESSAGES,
    prefix: 'enums/strong_proto2/',
    names: `
      assign_standalone_int, assign_standalone_name, comparison_false, comparison_true,
      convert_int_big, convert_int_inrange, convert_int_neg, convert_int_too_big,
      convert_int_too_neg, convert_string, convert_string_bad, convert_symbol_to_int,
      convert_unnamed_to_int, field_type, literal_global, literal_nested, literal_zero,
      select_default, type_global, type_nested,
    `,
  },
  {
    reason: MESSAGES,
    prefix: 'enums/strong_proto3/',
    names: `
      assign_standalone_int, assign_standalone_int_big, assign_standalone_int_neg,
      assign_standalone_name, comparison_false, comparison_true, convert_int_big,
      convert_int_inrange, convert_int_neg, convert_int_too_big, convert_int_too_neg,
      convert_string, convert_string_bad, convert_symbol_to_int, convert_unnamed_to_int,
      convert_unnamed_to_int_select, field_type, literal_global, literal_nested, literal_zero,
      select, select_big, select_default, select_neg, type_global, type_nested,
    `,
  },
  {
    reason: MESSAGES,
    prefix: 'optionals/optionals/',
    names: `
      empty_struct_optindex_hasValue,
      has_optional_ofNonZeroValue_struct_optional_ofNonZeroValue_map_optindex_field,
      optional_empty_struct_optindex_hasValue,
      optional_ofNonZeroValue_struct_optional_ofNonZeroValue_map_optindex_field,
      optional_struct_optindex_index_value, optional_struct_optindex_value,
      struct_list_optindex_field, struct_map_optindex_field, struct_map_optindex_field_nested,
      struct_optindex_value, struct_optional_ofNonZeroValue_map_optindex_field,
    `,
  },
  {
    reason: MESSAGES,
    prefix: 'parse/comments/',
    names: `
      new_line_terminated,
    `,
  },
  {
    reason: MESSAGES,
    prefix: 'parse/nest/',
    names: `
      message_literal,
    `,
  },
  {
    reason: MESSAGES,
    prefix: 'parse/repeat/',
    names: `
      message_literal, select,
    `,
  },
  {
    reason: MESSAGES,
    prefix: 'parse/struct_field_names/',
    names: `
      as, break, const, continue, else, for, function, if, import, let, loop, namespace, package,
      return, var, void, while,
    `,
  },
  {
    reason: MESSAGES,
    prefix: 'parse/whitespace/',
    names: `
      carriage_returns, new_lines, new_pages, spaces, tabs,
    `,
  },
  {
    reason: MESSAGES,
    prefix: 'proto2/empty_field/',
    names: `
      map, nested_message, nested_message_subfield, repeated_enum, repeated_nested,
      repeated_scalar, scalar_no_default, scalar_with_default, wkt,
    `,
  },
  {
    reason: MESSAGES,
    prefix: 'proto2/extensions_get/',
    names: `
      message_scoped_int64, message_scoped_nested_enum_ext, message_scoped_nested_ext,
      message_scoped_repeated_test_all_types, package_scoped_int32, package_scoped_nested_ext,
      package_scoped_repeated_test_all_types, package_scoped_test_all_types_ext,
      package_scoped_test_all_types_nested_enum_ext,
    `,
  },
  {
    reason: MESSAGES,
    prefix: 'proto2/extensions_has/',
    names: `
      message_scoped_int64, message_scoped_nested_enum_ext, message_scoped_nested_ext,
      message_scoped_repeated_test_all_types, package_scoped_int32, package_scoped_nested_ext,
      package_scoped_repeated_test_all_types, package_scoped_test_all_types_ext,
      package_scoped_test_all_types_nested_enum_ext,
    `,
  },
  {
    reason: MESSAGES,
    prefix: 'proto2/has/',
    names: `
      map_many, map_none_explicit, map_none_implicit, map_one, map_one_default, oneof_other_set,
      oneof_set, oneof_set_default, oneof_unset, optional_enum_set, optional_enum_set_zero,
      optional_enum_unset, optional_message_set, optional_message_unset, optional_set_no_default,
      optional_set_to_default, optional_set_with_default, optional_unset_no_default,
      optional_unset_with_default, repeated_many, repeated_none_explicit, repeated_none_implicit,
      repeated_one, required, undefined,
    `,
  },
  {
    reason: MESSAGES,
    prefix: 'proto2/literal_singular/',
    names: `
      bool, bytes, double, fixed32, fixed64, float, int32, int64, int64_nocontainer, sfixed32,
      sfixed64, sint32, sint64, string, uint32, uint64,
    `,
  },
  {
    reason: MESSAGES,
    prefix: 'proto2/literal_wellknown/',
    names: `
      any, bool_wrapper, bytes_wrapper, double_wrapper, duration, float_wrapper, int32_wrapper,
      int64_wrapper, string_wrapper, struct, timestamp, uint32_wrapper, uint64_wrapper, value,
    `,
  },
  {
    reason: MESSAGES,
    prefix: 'proto2/quoted_fields/',
    names: `
      get_field_with_quoted_name, set_field_with_quoted_name,
    `,
  },
  {
    reason: MESSAGES,
    prefix: 'proto2/set_null/',
    names: `
      list_value, map, repeated, single_any, single_duration, single_message, single_scalar,
      single_struct, single_timestamp, single_value,
    `,
  },
  {
    reason: MESSAGES,
    prefix: 'proto2/singular_bind/',
    names: `
      int32, int64,
    `,
  },
  {
    reason: MESSAGES,
    prefix: 'proto3/empty_field/',
    names: `
      map, nested_message, nested_message_subfield, repeated_enum, repeated_nested,
      repeated_scalar, scalar, wkt,
    `,
  },
  {
    reason: MESSAGES,
    prefix: 'proto3/has/',
    names: `
      map_many, map_none_explicit, map_none_implicit, map_one, map_one_default, oneof_other_set,
      oneof_set, oneof_set_default, oneof_unset, repeated_many, repeated_none_explicit,
      repeated_none_implicit, repeated_one, single_enum_set, single_enum_set_zero,
      single_enum_unset, single_message_set, single_message_set_to_default, single_message_unset,
      single_set, single_set_to_default, single_unset, undefined,
    `,
  },
  {
    reason: MESSAGES,
    prefix: 'proto3/literal_singular/',
    names: `
      bool, bytes, double, fixed32, fixed64, float, int32, int64, int64_nocontainer, sfixed32,
      sfixed64, sint32, sint64, string, uint32, uint64,
    `,
  },
  {
    reason: MESSAGES,
    prefix: 'proto3/literal_wellknown/',
    names: `
      any, bool_wrapper, bytes_wrapper, double_wrapper, duration, float_wrapper, int32_wrapper,
      int64_wrapper, string_wrapper, struct, timestamp, uint32_wrapper, uint64_wrapper, value,
    `,
  },
  {
    reason: MESSAGES,
    prefix: 'proto3/quoted_fields/',
    names: `
      get_field, set_field,
    `,
  },
  {
    reason: MESSAGES,
    prefix: 'proto3/set_null/',
    names: `
      list_value, map, repeated, single_any, single_duration, single_message, single_scalar,
      single_struct, single_timestamp, single_value,
    `,
  },
  {
    reason: MESSAGES,
    prefix: 'proto3/singular_bind/',
    names: `
      int32, int64,
    `,
  },
  {
    reason: MESSAGES,
    prefix: 'string_ext/format_errors/',
    names: `
      object inside list, object inside map, object not allowed,
    `,
  },
  {
    reason: MESSAGES,
    prefix: 'timestamps/duration_converters/',
    names: `
      get_milliseconds,
    `,
  },
  {
    reason: MESSAGES,
    prefix: 'type_deductions/complex_initializers/',
    names: `
      struct,
    `,
  },
  {
    reason: MESSAGES,
    prefix: 'type_deductions/field_access/',
    names: `
      enum_field, enum_map_field, int_field, map_bool_int, repeated_enum_field,
      repeated_int_field,
    `,
  },
  {
    reason: MESSAGES,
    prefix: 'type_deductions/flexible_type_parameter_assignment/',
    names: `
      comprehension_type_var_aliasing, list_parameters_do_not_unify, overload_type_var_aliasing,
    `,
  },
  {
    reason: MESSAGES,
    prefix: 'type_deductions/legacy_nullable_types/',
    names: `
      null_assignable_to_duration_parameter_candidate,
      null_assignable_to_message_parameter_candidate,
      null_assignable_to_timestamp_parameter_candidate,
    `,
  },
  {
    reason: MESSAGES,
    prefix: 'type_deductions/wrappers/',
    names: `
      wrapper_dyn_promotion, wrapper_dyn_promotion_2, wrapper_null_assignable,
      wrapper_primitive_assignable, wrapper_promotion, wrapper_promotion_2,
      wrapper_ternary_parameter_assignment, wrapper_ternary_parameter_assignment_2,
    `,
  },
  {
    reason: MESSAGES,
    prefix: 'wrappers/bool/',
    names: `
      to_any, to_json, to_null,
    `,
  },
  {
    reason: MESSAGES,
    prefix: 'wrappers/bytes/',
    names: `
      to_any, to_json, to_null,
    `,
  },
  {
    reason: MESSAGES,
    prefix: 'wrappers/double/',
    names: `
      to_any, to_json, to_null,
    `,
  },
  {
    reason: MESSAGES,
    prefix: 'wrappers/duration/',
    names: `
      to_json,
    `,
  },
  {
    reason: MESSAGES,
    prefix: 'wrappers/empty/',
    names: `
      to_json,
    `,
  },
  {
    reason: MESSAGES,
    prefix: 'wrappers/field_mask/',
    names: `
      to_json,
    `,
  },
  {
    reason: MESSAGES,
    prefix: 'wrappers/float/',
    names: `
      to_any, to_json, to_null,
    `,
  },
  {
    reason: MESSAGES,
    prefix: 'wrappers/int32/',
    names: `
      to_any, to_json, to_null,
    `,
  },
  {
    reason: MESSAGES,
    prefix: 'wrappers/int64/',
    names: `
      to_any, to_json_number, to_json_string, to_null,
    `,
  },
  {
    reason: MESSAGES,
    prefix: 'wrappers/list_value/',
    names: `
      literal_to_any,
    `,
  },
  {
    reason: MESSAGES,
    prefix: 'wrappers/string/',
    names: `
      to_any, to_json, to_null,
    `,
  },
  {
    reason: MESSAGES,
    prefix: 'wrappers/struct/',
    names: `
      literal_to_any,
    `,
  },
  {
    reason: MESSAGES,
    prefix: 'wrappers/timestamp/',
    names: `
      to_json,
    `,
  },
  {
    reason: MESSAGES,
    prefix: 'wrappers/uint32/',
    names: `
      to_any, to_json, to_null,
    `,
  },
  {
    reason: MESSAGES,
    prefix: 'wrappers/uint64/',
    names: `
      to_any, to_json_number, to_json_string, to_null,
    `,
  },
  {
    reason: MESSAGES,
    prefix: 'wrappers/value/',
    names: `
      default_to_json,
    `,
  },
  {
    reason: EXTENSIONS,
    prefix: 'proto2_ext/get_ext/',
    names: `
      message_scoped_int64, message_scoped_nested_enum_ext, message_scoped_nested_ext,
      message_scoped_repeated_test_all_types, package_scoped_int32, package_scoped_nested_ext,
      package_scoped_repeated_test_all_types, package_scoped_test_all_types_ext,
      package_scoped_test_all_types_nested_enum_ext,
    `,
  },
  {
    reason: EXTENSIONS,
    prefix: 'proto2_ext/has_ext/',
    names: `
      message_scoped_int64, message_scoped_nested_enum_ext, message_scoped_nested_ext,
      message_scoped_repeated_test_all_types, package_scoped_int32, package_scoped_nested_ext,
      package_scoped_repeated_test_all_types, package_scoped_test_all_types_ext,
      package_scoped_test_all_types_nested_enum_ext,
    `,
  },
  {
    reason: BLOCK,
    prefix: 'block_ext/basic/',
    names: `
      adjacent_macros, call, inclusion_list, inclusion_map, int_add, macro_shadowed_variable_1,
      macro_shadowed_variable_2, map_index, multiple_macros_1, multiple_macros_2,
      multiple_macros_3, nested_list_construction, nested_macros_1, nested_macros_2,
      nested_map_construction, nested_ternary, optional_list, optional_map, optional_map_chained,
      optional_message, presence_test, presence_test_2, presence_test_with_ternary,
      presence_test_with_ternary_2, presence_test_with_ternary_3,
      presence_test_with_ternary_nested, select, select_nested_1, select_nested_2,
      select_nested_message_map_index_1, select_nested_message_map_index_2, size_1, size_2,
      size_3, size_4, ternary, timestamp,
    `,
  },
  { reason: KEYS, prefix: 'fields/qualified_identifier_resolution/', names: 'map_key_float' },
  { reason: REPEATED, prefix: 'fields/qualified_identifier_resolution/', names: 'map_value_repeat_key, map_value_repeat_key_heterogeneous' },
  { reason: OPTIONAL_FIELDS, prefix: 'optionals/optionals/', names: 'map_null_entry_no_such_key, map_present_key_invalid_field' },
  { reason: BEYOND_END, prefix: 'string_ext/value_errors/', names: 'indexof_out_of_range, lastindexof_out_of_range' },
  { reason: NULLABLE, prefix: 'type_deductions/legacy_nullable_types/', names: 'null_assignable_to_abstract_parameter_candidate' },
])
