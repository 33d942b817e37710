/* The answer of each operation (answer_fn of operations.h); the table is in operations.c. */
#ifndef SANDBOX_ANSWERS_H
#define SANDBOX_ANSWERS_H

#include "operations.h"

/* BT's */
answer_fn answer_token;
answer_fn answer_portability;
answer_fn answer_search_address;
answer_fn answer_reseller;
answer_fn answer_verify;
answer_fn answer_numbers;
answer_fn answer_reservation;
answer_fn answer_list_orders;
answer_fn answer_order;
answer_fn answer_list_imports;
answer_fn answer_import;
answer_fn answer_qualify;
answer_fn answer_create_address;
answer_fn answer_reserve;
answer_fn answer_release;
answer_fn answer_create_order;
answer_fn answer_amend_order;
answer_fn answer_submit_order;
answer_fn answer_cancel_order;
answer_fn answer_create_import;
answer_fn answer_amend_import;
answer_fn answer_submit_import;
answer_fn answer_cancel_import;
answer_fn answer_activate;

/* the registry's */
answer_fn registry_schema_by_id;
answer_fn registry_versions_of_id;
answer_fn registry_schema_by_guid;
answer_fn registry_types;
answer_fn registry_subjects;
answer_fn registry_look_up;
answer_fn registry_register;
answer_fn registry_versions;
answer_fn registry_version;
answer_fn registry_get_config;
answer_fn registry_put_config;
answer_fn registry_compatible;

/* the control endpoint's */
answer_fn control_add_fault;
answer_fn control_list_faults;
answer_fn control_clear_faults;
answer_fn control_set_switches;
answer_fn control_get_switches;
answer_fn control_counts;
answer_fn control_targets;
answer_fn control_requests;
answer_fn control_evidence;
answer_fn control_activations;
answer_fn control_move_order;
answer_fn control_set_listener;
answer_fn control_get_listener;
answer_fn control_drop_listener;
answer_fn control_events;
answer_fn control_get_clock;
answer_fn control_move_clock;
answer_fn control_reset;

#endif
