<?php
// Must-use plugin: kinds of entries as themes of download sites add them, and sites that are set up otherwise.
add_action('init', function () {
    register_post_type('app', ['public' => true, 'label' => '软件', 'show_in_rest' => true, 'rest_base' => 'apps']);
    register_post_type('member', ['public' => true, 'label' => '会员', 'show_in_rest' => true, 'rest_base' => 'members']);
    register_post_meta('app', 'download', ['single' => true, 'type' => 'string', 'show_in_rest' => true]);
    add_post_type_support('app', 'custom-fields');
});
// The members' corner is closed to everybody else.
add_filter('rest_pre_dispatch', function ($answer, $server, $request) {
    $closed = new WP_Error('rest_forbidden', 'members only', ['status' => 401]);
    return str_starts_with($request->get_route(), '/wp/v2/members') ? $closed : $answer;
}, 10, 3);
if (getenv('SITE_KIND') === 'without') { // permalinks
    add_filter('pre_option_permalink_structure', fn() => '');
}
if (getenv('SITE_KIND') === 'closed') { // the interface is switched off
    add_filter('rest_authentication_errors', fn() => new WP_Error('rest_disabled', 'off', ['status' => 401]));
}
